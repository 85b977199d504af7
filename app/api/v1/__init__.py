"""Table of contents of the API: one line per URL."""

from fastapi import APIRouter

from app.api.v1 import (
    admin,
    auth,
    disclosures,
    instruments,
    kyc,
    me,
    onboarding,
    risk_profile,
    sandbox,
    sign_up,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_up.router,
    auth.router,
    me.router,
    onboarding.router,
    risk_profile.router,
    kyc.router,
    disclosures.router,
    instruments.router,
    admin.router,
    sandbox.router,
)
