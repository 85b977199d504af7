"""Offline entry points: data in, one immutable artefact out."""
