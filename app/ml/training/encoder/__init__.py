"""The packaged sentence encoder trained further on labelled lines: its last layers, on the CPU.

pieces → the encoder's own cut of a text; layer → one transformer layer, there and back;
kernels → what is not a matrix product, compiled; tuning → the passes over the lines.
"""
