"""The console's pages."""

from fastapi import APIRouter

router = APIRouter()
