"""Reads the text format of Prometheus as strictly as its own tools do."""
import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


class Figures:
    """The samples of one scrape: {name: {labels as a frozenset of pairs: number}}."""

    def __init__(self, text):
        self.types, self.samples = {}, {}
        assert text.endswith("\n"), "the last line is not ended"
        family = helped = None
        for line in text.splitlines():
            if line.startswith("# HELP "):
                _, _, helped, words = line.split(" ", 3)
                assert helped not in self.types and words, line
            elif line.startswith("# TYPE "):
                _, _, family, kind = line.split(" ")
                assert family == helped and family not in self.types and NAME.fullmatch(family), line
                assert kind in ("counter", "gauge", "histogram"), line
                assert (kind == "counter") == family.endswith("_total"), line
                self.types[family] = kind
            else:
                self._sample(line, family)
        for name, kind in self.types.items():
            assert any(known.startswith(name) for known in self.samples), f"{name} has no sample"
            if kind == "histogram":
                self._check_histogram(name)

    def _sample(self, line, family):
        name, labels, value = SAMPLE.fullmatch(line).groups()
        suffixes = SUFFIXES.get(self.types[family], ("",))
        assert name in [family + suffix for suffix in suffixes], line
        pairs, rest = [], labels or ""
        while rest:
            label = LABEL.match(rest)
            assert label, line
            pairs.append(label.groups()[:2])
            rest = rest[label.end():]
        assert len({key for key, _ in pairs}) == len(pairs), line
        known = self.samples.setdefault(name, {})
        assert frozenset(pairs) not in known, f"twice: {line}"
        known[frozenset(pairs)] = float(value)

    def _check_histogram(self, name):
        for labels, count in self.samples[f"{name}_count"].items():
            buckets = {dict(key)["le"]: value for key, value in self.samples[f"{name}_bucket"].items()
                       if labels <= key}
            ends = sorted(buckets, key=float)
            assert ends[-1] == "+Inf" and buckets["+Inf"] == count, name
            assert [buckets[end] for end in ends] == sorted(buckets.values()), f"{name} is not cumulative"

    def get(self, name, **labels):
        """The sum of all samples of `name` that have these labels."""
        wanted = set(labels.items())
        return sum(value for key, value in self.samples[name].items() if wanted <= key)
