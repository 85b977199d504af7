"""Table of contents of the API: one line per URL."""

from fastapi import APIRouter

from app.api.v1 import (
    accounts,
    admin,
    auth,
    confirmations,
    disclosures,
    fraud_cases,
    fraud_evidence,
    instruments,
    kyc,
    me,
    onboarding,
    orders,
    portfolios,
    quotes,
    receipts,
    recommendations,
    risk_profile,
    sandbox,
    sign_up,
    transfers,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_up.router,
    auth.router,
    me.router,
    onboarding.router,
    risk_profile.router,
    kyc.router,
    disclosures.router,
    accounts.router,
    transfers.router,
    receipts.router,
    recommendations.router,
    orders.router,
    portfolios.router,
    instruments.router,
    quotes.router,
    confirmations.router,
    fraud_cases.router,
    fraud_evidence.router,
    admin.router,
    sandbox.router,
)
