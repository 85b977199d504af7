"""The texts of identity's letters: plain text, one action each, no tracking."""

from app.domains.identity.types import Letter, MailKind

_SIGN_OFF = "\n\nFinNami\nThis is a message about your account; there is nothing to reply to.\n"

# {name} {link} {device} {address} {left} {amount}
_TEXTS: dict[MailKind, tuple[str, str]] = {
    MailKind.VERIFY_EMAIL: (
        "Confirm your e-mail address",
        "Hello {name},\n\nplease confirm that this address is yours:\n\n{link}\n\n"
        "The link works once, for 24 hours. If you did not sign up at FinNami, ignore this "
        "letter: without the link no account comes into being.",
    ),
    MailKind.ALREADY_REGISTERED: (
        "You already have an account",
        "Hello,\n\nsomebody, perhaps you, tried to sign up at FinNami with this address. It has "
        "an account already, so nothing was changed. If it was you, sign in, or choose a new "
        "password here:\n\n{link}",
    ),
    MailKind.RESET_PASSWORD: (
        "Choose a new password",
        "Hello {name},\n\nhere you can choose a new password:\n\n{link}\n\nThe link works once, "
        "for 30 minutes. If you did not ask for it, ignore this letter: your password stays.",
    ),
    MailKind.PASSWORD_CHANGED: (
        "Your password was changed",
        "Hello {name},\n\nyour password was changed and all devices were signed out. If this was "
        "not you, choose a new password at once:\n\n{link}",
    ),
    MailKind.NEW_DEVICE: (
        "New sign-in: was this you?",
        "Hello {name},\n\nyour account was opened on a device we had not seen before: {device}, "
        "network {address}. If this was not you, sign it out and change your password:\n\n{link}",
    ),
    MailKind.REFRESH_REUSED: (
        "A sign-in was ended for your safety",
        "Hello {name},\n\nan outdated key of one of your sign-ins ({device}) was used again. "
        "Somebody may have copied it, so we ended that sign-in. Please sign in again and look "
        "through your devices:\n\n{link}",
    ),
    MailKind.SECOND_FACTOR_ON: (
        "Two-step verification is on",
        "Hello {name},\n\ntwo-step verification was switched on. If this was not you, choose a "
        "new password:\n\n{link}",
    ),
    MailKind.SECOND_FACTOR_OFF: (
        "Two-step verification is off",
        "Hello {name},\n\ntwo-step verification was switched off; money cannot be moved without "
        "it. If this was not you, choose a new password at once:\n\n{link}",
    ),
    MailKind.RECOVERY_CODE_USED: (
        "A recovery code was used",
        "Hello {name},\n\nsomebody signed in with one of your recovery codes; {left} are left. If "
        "this was not you, choose a new password at once:\n\n{link}",
    ),
    MailKind.WAS_THIS_YOU: (
        "Was this you?",
        "Hello {name},\n\na payment of {amount} was made from your account and waits. Please tell "
        "us whether it was you:\n\n{link}\n\nIf it was not, say so: the payment is stopped, and "
        "everybody who is signed in to your account is signed out.",
    ),
}

_PAGES: dict[MailKind, str] = {
    MailKind.VERIFY_EMAIL: "/{locale}/app/verify?token={code}",
    MailKind.RESET_PASSWORD: "/{locale}/app/recover?token={code}",
    MailKind.NEW_DEVICE: "/{locale}/app/settings/security",
    MailKind.REFRESH_REUSED: "/{locale}/app/settings/security",
    MailKind.WAS_THIS_YOU: "/{locale}/app/confirm?id={code}",
}
_RECOVER = "/{locale}/app/recover"


def write(
    *, mail_id: str, kind: MailKind, facts: dict[str, str], public_url: str, locale: str
) -> Letter:
    """Return the finished letter. `facts` holds `to` and whatever the text asks for."""
    subject, text = _TEXTS[kind]
    code = facts.get("code")
    page = _PAGES.get(kind, _RECOVER).format(locale=locale, code=code)
    blanks = {"name": "", "device": "", "address": "", "left": "", "amount": "", **facts}
    # Names are the user's own text: format() would run a field like {name.__class__} in a
    # template, but never in a value.
    body = text.format(**{**blanks, "link": public_url.rstrip("/") + page})
    return Letter(
        mail_id=mail_id,
        to=facts["to"],
        subject=subject,
        text=body + _SIGN_OFF,
        kind=kind,
        action_code=code,
    )
