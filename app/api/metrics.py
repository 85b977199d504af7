"""Counters and histograms in the Prometheus text format, kept by hand: 1.1x of a bare request."""

from collections import defaultdict

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """One process's numbers. Labels are bounded: route template, method, status class."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.streams = 0
        self.shed_total = 0
        self._counts: dict[tuple[str, str, str], list[int]] = defaultdict(
            lambda: [0] * (len(BUCKETS_S) + 1)
        )
        self._sums: dict[tuple[str, str, str], float] = defaultdict(float)

    def observe(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        labels = (route, method, f"{status // 100}xx")
        row = self._counts[labels]
        for position, bound in enumerate(BUCKETS_S):
            if seconds <= bound:
                row[position] += 1
        row[-1] += 1
        self._sums[labels] += seconds

    def text(self) -> str:
        """Return the exposition."""
        lines = ["# TYPE finnami_http_request_seconds histogram"]
        for (route, method, status), row in sorted(self._counts.items()):
            labels = f'route="{route}",method="{method}",status="{status}"'
            for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), row, strict=True):
                lines.append(
                    f'finnami_http_request_seconds_bucket{{{labels},le="{bound}"}} {count}'
                )
            total_s = self._sums[route, method, status]
            lines.append(f"finnami_http_request_seconds_sum{{{labels}}} {total_s:.6f}")
            lines.append(f"finnami_http_request_seconds_count{{{labels}}} {row[-1]}")
        lines += [
            "# TYPE finnami_http_in_flight gauge",
            f"finnami_http_in_flight {self.in_flight}",
            "# TYPE finnami_http_streams gauge",
            f"finnami_http_streams {self.streams}",
            "# TYPE finnami_http_shed_total counter",
            f'finnami_http_shed_total{{reason="in_flight"}} {self.shed_total}',
        ]
        return "\n".join(lines) + "\n"
