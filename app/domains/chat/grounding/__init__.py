"""Grounding: finds every figure of an answer and tells what it rests on. Pure, no model.

Doors: `judging.judge`, `rendering.render`, `gate.SentenceGate`, `calculating.calc`.
"""
