"""Offline entry points of the command line: train, evaluate, back-test."""
