"""The chart: linted, rendered with every values file, validated, and held to our own rules."""

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
import yaml

from tools.render_chart import CHART, render, values, values_files

BAD = Path(__file__).parent / "bad"
KUBERNETES_VALIDATE = Path(sys.executable).with_name("kubernetes-validate")
Manifest = dict[str, Any]
FILES = values_files()
GRACE_S = 25


@pytest.fixture(params=sorted(FILES), scope="module")
def rendered(request: pytest.FixtureRequest) -> list[Manifest]:
    return render(values(FILES[request.param]))


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    return [item for item in manifests if item["kind"] in kinds]


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    return {
        item["metadata"]["name"]: item["spec"]["template"]
        for item in of_kind(manifests, "Deployment", "Job")
    }


def matches(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


def secrets_in_plain(manifests: list[Manifest]) -> list[str]:
    """Return the names of settings that carry a secret as a literal value."""
    return [
        entry["name"]
        for template in pods(manifests).values()
        for container in template["spec"]["containers"]
        for entry in container["env"]
        if "value" in entry
        and (
            any(part in entry["name"] for part in ("_URL", "SECRET", "PASSWORD", "TOKEN"))
            and entry["name"] != "FINNAMI_PUBLIC_URL"
        )
    ]


class TestShape:
    def test_five_shapes_are_covered(self) -> None:
        assert set(FILES) >= {"default", "dev", "prod", "minimal", "large"}

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_lints(self, name: str) -> None:
        report = helm.lint(CHART, values(FILES[name]), strict=True)
        assert (report["errors"], report["messages"]) == ([], [])

    def test_is_valid_for_kubernetes(self, rendered: list[Manifest], tmp_path: Path) -> None:
        file = tmp_path / "all.yaml"
        file.write_text(yaml.safe_dump_all(rendered))
        done = subprocess.run(
            [KUBERNETES_VALIDATE, "--strict", "--quiet", file], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def test_an_invalid_manifest_is_found(self) -> None:
        done = subprocess.run(
            [KUBERNETES_VALIDATE, "--strict", BAD / "manifest.yaml"], capture_output=True, text=True
        )
        assert done.returncode != 0


class TestValues:
    @pytest.mark.parametrize(
        "change",
        [
            {"api": {"replica": 3}},
            {"image": {"tag": "latest"}},
            {"environment": "prod"},
            {"settings": {"FINNAMI_MONGO_URL": "mongodb://app:pw@db/finnami"}},
            {"drainSeconds": 60},
            {"api": {"resources": {"limits": {"cpu": "1"}}}},
        ],
        ids=["unknown key", "latest", "prod over http", "secret in settings", "drain", "cpu limit"],
    )
    def test_a_wrong_value_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(helm.HelmError):
            render(change)


class TestPods:
    def test_run_without_privileges(self, rendered: list[Manifest]) -> None:
        for name, template in pods(rendered).items():
            spec = template["spec"]
            assert spec["automountServiceAccountToken"] is False, name
            assert spec["securityContext"]["runAsNonRoot"] is True, name
            assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
            for container in spec["containers"]:
                context = container["securityContext"]
                assert context["allowPrivilegeEscalation"] is False, name
                assert context["readOnlyRootFilesystem"] is True, name
                assert context["capabilities"] == {"drop": ["ALL"]}, name

    def test_are_bounded_in_memory_and_not_in_cpu(self, rendered: list[Manifest]) -> None:
        for name, template in pods(rendered).items():
            for container in template["spec"]["containers"]:
                assert set(container["resources"]["requests"]) == {"cpu", "memory"}, name
                assert set(container["resources"]["limits"]) == {"memory"}, name

    def test_hold_no_secret_in_plain(self, rendered: list[Manifest]) -> None:
        assert secrets_in_plain(rendered) == []

    def test_a_secret_in_plain_is_found(self) -> None:
        manifests = copy.deepcopy(render({}))
        container = next(iter(pods(manifests).values()))["spec"]["containers"][0]
        container["env"].append({"name": "FINNAMI_REDIS_URL", "value": "redis://:pw@r"})
        assert secrets_in_plain(manifests) == ["FINNAMI_REDIS_URL"]

    def test_have_time_to_drain_and_finish(self, rendered: list[Manifest]) -> None:
        for name, template in pods(rendered).items():
            env = {e["name"]: e.get("value") for e in template["spec"]["containers"][0]["env"]}
            needed = int(env["FINNAMI_DRAIN_S"] or 0) + GRACE_S
            assert template["spec"]["terminationGracePeriodSeconds"] >= needed, name

    def test_images_are_pinned(self, rendered: list[Manifest]) -> None:
        for template in pods(rendered).values():
            image = template["spec"]["containers"][0]["image"]
            assert "@sha256:" in image or (":" in image and not image.endswith(":latest"))

    def test_roles_with_probes_have_all_three(self, rendered: list[Manifest]) -> None:
        for name, template in pods(rendered).items():
            container = template["spec"]["containers"][0]
            if name.endswith(("-feed", "-migrate")):
                continue
            ports = {port["name"] for port in container["ports"]}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                assert container[probe]["httpGet"]["port"] in ports, name
            assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


class TestWiring:
    def test_selectors_find_their_pods(self, rendered: list[Manifest]) -> None:
        labels = [template["metadata"]["labels"] for template in pods(rendered).values()]
        for item in of_kind(rendered, "Deployment", "PodDisruptionBudget"):
            selector = item["spec"]["selector"]["matchLabels"]
            assert sum(matches(selector, found) for found in labels) == 1, item["metadata"]["name"]
        for service in of_kind(rendered, "Service"):
            assert sum(matches(service["spec"]["selector"], found) for found in labels) == 1

    def test_scaling_names_a_deployment_and_leaves_replicas_alone(
        self, rendered: list[Manifest]
    ) -> None:
        deployments = {item["metadata"]["name"]: item for item in of_kind(rendered, "Deployment")}
        for scaler in of_kind(rendered, "HorizontalPodAutoscaler"):
            target = deployments[scaler["spec"]["scaleTargetRef"]["name"]]
            assert "replicas" not in target["spec"]
            assert scaler["spec"]["minReplicas"] <= scaler["spec"]["maxReplicas"]

    def test_a_budget_never_blocks_a_single_replica(self, rendered: list[Manifest]) -> None:
        least = {
            item["metadata"]["name"]: item["spec"].get("replicas")
            for item in of_kind(rendered, "Deployment")
        }
        for scaler in of_kind(rendered, "HorizontalPodAutoscaler"):
            least[scaler["metadata"]["name"]] = scaler["spec"]["minReplicas"]
        budgets = {item["metadata"]["name"] for item in of_kind(rendered, "PodDisruptionBudget")}
        assert budgets == {name for name, count in least.items() if count > 1}

    def test_rolling_update_takes_nothing_away_first(self, rendered: list[Manifest]) -> None:
        for item in of_kind(rendered, "Deployment"):
            strategy = item["spec"]["strategy"]
            if not item["metadata"]["name"].endswith("-feed"):
                assert strategy["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}

    def test_migration_runs_after_what_it_needs(self) -> None:
        manifests = render({})
        weights = {
            (item["kind"], item["metadata"]["name"]): int(
                item["metadata"]["annotations"]["helm.sh/hook-weight"]
            )
            for item in manifests
            if "helm.sh/hook" in item["metadata"].get("annotations", {})
        }
        job = weights.pop(("Job", "demo-migrate"))
        assert {kind for kind, _ in weights} == {"ServiceAccount", "NetworkPolicy"}
        assert max(weights.values()) < job

    def test_network_policy_covers_every_pod_both_ways(self) -> None:
        manifests = render({})
        policies = of_kind(manifests, "NetworkPolicy")
        for name, template in pods(manifests).items():
            labels = template["metadata"]["labels"]
            covering = [
                policy
                for policy in policies
                if matches(policy["spec"]["podSelector"]["matchLabels"], labels)
            ]
            types = {kind for policy in covering for kind in policy["spec"]["policyTypes"]}
            assert types == {"Ingress", "Egress"}, name

    def test_calls_to_the_outside_cannot_reach_private_addresses(self) -> None:
        for policy in of_kind(render({}), "NetworkPolicy"):
            for rule in policy["spec"].get("egress", []):
                for peer in rule["to"]:
                    block = peer.get("ipBlock", {})
                    if block.get("cidr") == "0.0.0.0/0":
                        assert "169.254.0.0/16" in block["except"]
                        assert "10.0.0.0/8" in block["except"]


@pytest.mark.row("MD1")
def test_only_the_feed_gets_the_keys_of_the_price_provider() -> None:
    chosen = copy.deepcopy(values(FILES["large"]))
    chosen.setdefault("secrets", {})["feed"] = True
    chosen["feed"] = {**chosen.get("feed", {}), "enabled": True}
    with_key = {
        name
        for name, template in pods(render(chosen)).items()
        for container in template["spec"]["containers"]
        if any(item["name"] == "FINNAMI_FEED_KEY" for item in container["env"])
    }
    assert [name.rpartition("-")[2] for name in with_key] == ["feed"]


@pytest.mark.row("CH5")
def test_only_the_api_gets_the_key_of_the_chat_provider_and_reaches_it() -> None:
    chosen = copy.deepcopy(values(FILES["large"]))
    chosen.setdefault("secrets", {})["chat"] = True
    made = render(chosen)
    with_key = {
        name
        for name, template in pods(made).items()
        for container in template["spec"]["containers"]
        if any(item["name"] == "FINNAMI_CHAT_KEY" for item in container["env"])
    }
    assert [name.rpartition("-")[2] for name in with_key] == ["api"]
    names = {item["metadata"]["name"] for item in made if item["kind"] == "NetworkPolicy"}
    assert any(name.endswith("-api-outside") for name in names)
