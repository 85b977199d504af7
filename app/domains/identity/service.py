"""The door of identity: who is calling, how they sign in, and what a fresh code permits."""

from datetime import datetime

from app.core import envelope as envelope_module
from app.core.clock import Clock
from app.core.config import Settings
from app.core.db import Database
from app.core.envelope import BlindIndex, Envelope
from app.core.gate import Gate
from app.core.ids import new_id
from app.core.keys import KeyRing
from app.core.passwords import Passwords
from app.core.tokens import AccessTokens
from app.core.uow import Transaction
from app.domains.identity.errors import SecondFactorNeededError, UserNotFoundError
from app.domains.identity.mailers.smtp import SmtpMailer
from app.domains.identity.repository import specs, users
from app.domains.identity.repository.users import PROFILE, User
from app.domains.identity.types import (
    Caller,
    Mailer,
    RateClass,
    StepUpAction,
    StepUpGrant,
    StepUpParams,
    TokenPair,
    TotpEnrolment,
    Trace,
    UserView,
)
from app.domains.identity.usecases.authenticate import Authenticate
from app.domains.identity.usecases.devices import traces_since
from app.domains.identity.usecases.parts import Parts
from app.domains.identity.usecases.post_office import PostOffice
from app.domains.identity.usecases.refresh import Refresh
from app.domains.identity.usecases.sandbox_people import SandboxPeople
from app.domains.identity.usecases.second_factor import SecondFactor
from app.domains.identity.usecases.sign_in import SignIn
from app.domains.identity.usecases.sign_out import SignOut
from app.domains.identity.usecases.sign_up import SignUp
from app.domains.identity.usecases.sign_ups import SignUps
from app.domains.identity.usecases.staff import Staff
from app.domains.identity.usecases.step_up import StepUp

COLLECTIONS = (*specs.COLLECTIONS, *envelope_module.COLLECTIONS)
AUDIENCE = "finnami"


class IdentityService:
    """Identity's door; the stories behind it stand in `usecases/`.

    Grouped ones are attributes: `sign_up`, `sign_in`, `sign_out`, `staff`, `post_office`,
    `sandbox_people`, and `arrivals` for those who count people.
    """

    def __init__(
        self,
        *,
        db: Database,
        gate: Gate,
        clock: Clock,
        settings: Settings,
        keys: KeyRing,
        mailer: Mailer | None = None,
    ) -> None:
        self.envelope = Envelope(db=db, root_keys=(keys.kek,), clock=clock)
        self.blind = BlindIndex((keys.blind,))
        self._passwords = Passwords(peppers=(keys.pepper,), profile=settings.argon2)
        self._tokens = AccessTokens(
            private_pems=(keys.token_pem,),
            issuer=settings.public_url,
            audience=AUDIENCE,
            clock=clock,
        )
        parts = Parts(
            db=db,
            gate=gate,
            clock=clock,
            settings=settings,
            envelope=self.envelope,
            passwords=self._passwords,
            tokens=self._tokens,
            blind=self.blind,
            new_id=new_id,
        )
        self._parts = parts
        self._authenticate = Authenticate(parts)
        self._second_factor = SecondFactor(parts)
        self._refresh = Refresh(parts)
        self._step_up = StepUp(parts, self._second_factor)
        self.sign_up = SignUp(parts)
        self.sign_in = SignIn(
            parts,
            refresh=self._refresh,
            second_factor=self._second_factor,
            authenticate=self._authenticate,
        )
        self.sign_out = SignOut(parts)
        self.arrivals = SignUps(db=db)
        self.staff = Staff(parts, self._step_up)
        self.sandbox_people = SandboxPeople(parts)
        self.post_office = PostOffice(parts, mailer or _smtp(settings))

    async def authenticate(self, token: str, *, rate: RateClass = RateClass.READ) -> Caller:
        """Return who a bearer token stands for, counting one call of `rate`.

        Raises InvalidTokenError, ExpiredTokenError, SessionEndedError, TooManyRequestsError,
        GateUnavailableError (reading goes on for 60 s after a session's last good check).
        """
        return await self._authenticate.authenticate(token, rate=rate)

    async def refresh(self, token: str) -> TokenPair:
        """Trade a refresh token for the next pair. Raises RefreshInvalid/ReusedError."""
        return await self._refresh.refresh(token)

    async def logout(self, token: str | None) -> None:
        """End the login session of a refresh token; silent for anything else."""
        session = await self._refresh.session_of(token)
        if session is not None:
            await self.sign_out.end(session.user_id, session.id, why="logout")

    async def get_user_view(self, user_id: str) -> UserView:
        """Return what a user sees of herself. Raises UserNotFoundError."""
        user = await self._user(user_id)
        profile = (await self.envelope.key_of(user.id)).open(PROFILE, user.profile)
        return UserView(
            user_id=user.id,
            email=profile["email"],
            name=profile["name"],
            locale=user.locale,
            roles=user.roles,
            totp_enabled=user.totp is not None,
            recovery_codes_left=user.recovery_left,
            created_at=user.created_at,
        )

    async def find_user_by_email_index(self, email: str) -> str | None:
        """Return the id of the user with this address, for a payee look-up; None for nobody.

        The caller must answer alike in both cases and count the look-ups.
        """
        return await users.id_by_index(self._parts.db, self._parts.email_indexes(email))

    async def require_second_factor(self, user_id: str) -> None:
        """Raise SecondFactorNeededError unless the user's second factor is on."""
        if not await users.has_totp(self._parts.db, user_id):
            raise SecondFactorNeededError

    async def begin_totp(self, user_id: str) -> TotpEnrolment:
        """Start an enrolment: secret, otpauth address and QR. Raises SecondFactorOnError."""
        return await self._second_factor.begin(await self._user(user_id))

    async def confirm_totp(self, caller: Caller, *, code: str) -> list[str]:
        """Switch TOTP on with its first code; returns the recovery codes, shown this once."""
        user = await self._user(caller.user_id)
        codes = await self._second_factor.confirm(user, code, session_id=caller.session_id)
        await self._authenticate.renew(caller.user_id)
        return codes

    async def disable_totp(self, user_id: str, *, password: str, code: str) -> None:
        """Switch TOTP off; staff rights rest until it is on again.

        Raises BadCredentialsError, WrongCodeError.
        """
        await self._second_factor.disable(await self._user(user_id), password=password, code=code)
        await self._authenticate.renew(user_id)

    async def renew_recovery_codes(self, user_id: str, *, code: str) -> list[str]:
        """Replace all recovery codes. Raises WrongCodeError, SecondFactorNeededError."""
        return await self._second_factor.renew_recovery_codes(await self._user(user_id), code)

    async def change_password(
        self, caller: Caller, *, present: str, password: str, code: str | None
    ) -> None:
        """Set a new password; needs the present one and, with a second factor, a fresh code.

        Other devices are signed out. Raises BadCredentialsError, WrongCodeError,
        WeakPasswordError.
        """
        user = await self._user(caller.user_id)
        await self._second_factor.require_password(user, present)
        if user.totp is not None:
            await self._second_factor.require_code(user, code or "")
        await self.sign_up.change_password(user, password, keep=caller.session_id)

    async def grant_step_up(
        self, caller: Caller, *, action: StepUpAction, params: StepUpParams, code: str
    ) -> StepUpGrant:
        """Return a grant for one action with exactly these parameters: 5 minutes, once.

        Raises SecondFactorNeededError, WrongCodeError, TooManyAttemptsError.
        """
        user = await self._user(caller.user_id)
        return await self._step_up.grant(
            user, session_id=caller.session_id, action=action, params=params, code=code
        )

    async def require_code(self, user_id: str, *, code: str) -> None:
        """Raise WrongCodeError, SecondFactorNeededError or TooManyAttemptsError unless it fits."""
        await self._second_factor.require_code(await self._user(user_id), code)

    async def traces_since(self, after: datetime, *, limit: int) -> list[Trace]:
        """Return where log-ins from a moment on came from: keyed hashes for link analysis."""
        return await traces_since(self._parts, after, limit=limit)

    async def consume_step_up(
        self,
        tx: Transaction,
        *,
        user_id: str,
        session_id: str,
        grant: str | None,
        action: StepUpAction,
        params: StepUpParams,
    ) -> None:
        """Use up a grant inside the caller's transaction. Raises StepUpRequiredError."""
        await self._step_up.consume(
            tx, user_id=user_id, session_id=session_id, grant=grant, action=action, params=params
        )

    async def deliver_mail(self, mail_id: str) -> None:
        """Send one letter (job of identity.mail_requested.v1); a second run sends nothing."""
        await self.post_office.deliver(mail_id)

    async def repeat_tombstones(self, user_id: str) -> None:
        """Bar lately revoked sessions again (job of identity.sessions_revoked.v1)."""
        await self.sign_out.repeat_tombstones(user_id)

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """Return the public token keys (RFC 7517)."""
        return self._tokens.jwks()

    def close(self) -> None:
        """Stop the password thread."""
        self._passwords.close()

    async def _user(self, user_id: str) -> User:
        user = await users.get(self._parts.db, user_id)
        if user is None:
            raise UserNotFoundError
        return user


def _smtp(settings: Settings) -> Mailer | None:
    if settings.smtp_url is None:
        return None
    return SmtpMailer.of_url(settings.smtp_url.get_secret_value(), sender=settings.mail_from)
