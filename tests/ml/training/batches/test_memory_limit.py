"""Training on rows that do not fit: the kernel refuses the memory, batches do without it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.ml.training.memory_arms import write_parts

pytestmark = [
    pytest.mark.row("AO3"),
    pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts so only on Linux"),
]

ROWS, FILES, WIDTH = 800_000, 16, 40
DECODED_MB = ROWS * (WIDTH + 1) * 4 / 2**20
HEADROOM_MB = 44
# mimalloc reserves a gigabyte at once, and glibc keeps what was freed: both would be counted.
PLAIN_ALLOCATOR = {
    "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536", "MALLOC_MMAP_THRESHOLD_": "65536",
    "OPENBLAS_NUM_THREADS": "1",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("parts")
    for _ in write_parts(made, rows=ROWS, files=FILES, seed=3, width=WIDTH):
        pass
    return made


def run(arm: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.ml.training.memory_arms", arm, str(folder)]
    return subprocess.run(
        [*command, str(HEADROOM_MB)], capture_output=True, text=True, timeout=250, check=False,
        env={**os.environ, **PLAIN_ALLOCATOR},
    )  # fmt: skip


class TestUnderALimit:
    @pytest.mark.parametrize("arm", ["XGBoost, a tree per share", "SGD partial_fit"])
    def test_batches_learn_from_three_times_the_memory(self, folder: Path, arm: str) -> None:
        assert DECODED_MB > 2.8 * HEADROOM_MB

        done = run(arm, folder)

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["average_precision"] > 0.5

    @pytest.mark.parametrize("arm", ["pandas + DMatrix", "pandas + lgb.Dataset"])
    def test_the_whole_table_fails_under_the_same_limit(self, folder: Path, arm: str) -> None:
        done = run(arm, folder)

        assert done.returncode == 1
        assert "MemoryError" in done.stderr
