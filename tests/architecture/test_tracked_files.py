"""What no committed file may hold: addresses of package indexes, paths of one machine, secrets."""

import re

from tests.architecture.test_sizes import ROOT, tracked

SELF = "tests/architecture/test_tracked_files.py"
BINARY = {".npz", ".png", ".bloom", ".ico", ".woff2", ".parquet", ".gz", ".br", ".jpg", ".webp"}
# A path of somebody's machine instead of one relative to the checkout.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+)/[A-Za-z.]")
INDEX_HOST = re.compile(
    r"https?://(?:[\w.-]*\.)?(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|debian\.org)\b"
    r"|https?://[\w.-]*(?:artifactory|nexus|jfrog|devpi|pypiserver|verdaccio)[\w.-]*"
    r"|--(?:extra-)?index-url[ =]\S*//",
    re.IGNORECASE,
)
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{20}")
LARGEST_BYTES = 6 * 1024 * 1024
# A model that ships has the bound of its trainer (app/ml/training/intents.py).
LARGEST_MODEL_BYTES = 20 * 1024 * 1024


def texts() -> dict[str, str]:
    found = {}
    for name in tracked():
        file = ROOT / name
        if name != SELF and file.suffix not in BINARY and not file.is_symlink():
            found[name] = file.read_text(encoding="utf-8", errors="replace")
    return found


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}: {match[0]}" for name, text in texts().items() if (match := pattern.search(text))
    ]


def test_no_path_of_one_machine() -> None:
    assert lines_matching(MACHINE_PATH) == []


def test_no_package_index_is_named() -> None:
    assert lines_matching(INDEX_HOST) == []


def test_locks_name_no_address() -> None:
    locks = [name for name in tracked() if name.endswith((".lock", "package-lock.json"))]
    assert len(locks) >= 3
    assert [name for name in locks if '"resolved": "http' in (ROOT / name).read_text()] == []


def test_every_locked_python_package_has_hashes() -> None:
    for name in ("dev", "runtime", "build"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        packages = re.findall(r"^[A-Za-z0-9_.-]+==[^\\\n]*(\\?)\n    --hash=sha256:", text, re.M)
        assert len(packages) == len(re.findall(r"^[A-Za-z0-9_.-]+==", text, re.M)) > 0


def test_no_private_key() -> None:
    assert lines_matching(PRIVATE_KEY) == []


def test_no_file_is_huge() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in tracked()}
    most = {n: LARGEST_MODEL_BYTES if n.startswith("models/") else LARGEST_BYTES for n in sizes}
    assert {name: size for name, size in sizes.items() if size > most[name]} == {}


def test_the_patterns_find_what_they_are_for() -> None:
    assert MACHINE_PATH.search('open("/home/eve/notes")')
    assert not MACHINE_PATH.search("https://example.org/" + "work/x")
    assert INDEX_HOST.search("https://files." + "pythonhosted" + ".org/packages/x")
    assert PRIVATE_KEY.search("-----BEGIN PRIVATE KEY-----\n" + "A" * 64)
