"""Daily rollups of the whole installation, and the reports that read nothing else."""
