"""Table of contents of the API: one line per URL."""

from fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = ()
