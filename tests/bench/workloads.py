"""What is asked: files of requests, made from what the registry exports, the same for each server."""

import collections
import json
import pathlib
import random
import re
import urllib.parse

POINTS = "/v1/service-points"
STOPWORDS = pathlib.Path(__file__).resolve().parents[2] / "crates/domain/data/search/stopwords.txt"
# How many different requests a file holds.
MANY = 4000
WORD = re.compile(r"[^\W\d_]{4,}")


class Sample:
    """What requests are made of."""

    def __init__(self, export, seed):
        self.random = random.Random(seed)
        self.ids, self.places, self.areas, self.pairs = [], [], [], []
        self.providers, self.locations = set(), []
        fi, sv = collections.Counter(), collections.Counter()
        with open(export, encoding="utf-8") as lines:
            for line in lines:
                self._take(json.loads(line), fi, sv)
        self.count = len(self.ids)
        # Nobody looks for "and" or "with".
        lines = STOPWORDS.read_text(encoding="utf-8").splitlines()
        stopwords = {word for line in lines if not line.startswith(("#", "general")) for word in WORD.findall(line)}
        self.words = [
            word
            for counted, most in ((fi, 150), (sv, 75))
            for word, _ in [one for one in counted.most_common() if one[0] not in stopwords][:most]
        ]
        self.providers = sorted(self.providers)

    def _take(self, point, fi, sv):
        self.ids.append(point["id"])
        self.providers.add(point["provider"]["id"])
        for field in (point["service"]["names"], point["short_descriptions"] or {}):
            fi.update(set(WORD.findall((field.get("fi") or "").lower())))
            sv.update(set(WORD.findall((field.get("sv") or "").lower())))
        location = point["location"]
        if location is None:
            return
        municipality = location["address"]["municipality"]
        if location["point"]:
            self.places.append((location["point"]["lat"], location["point"]["lon"]))
        for language in point["languages"]:
            self.areas.append((municipality["code"], language))
        if (words := WORD.findall(point["service"]["names"]["fi"] or "")) and len(self.locations) < 50_000:
            self.pairs.append(f"{words[0].lower()} {municipality['names']['fi'].lower()}")
        if len(self.locations) < 50_000:
            self.locations.append((point["provider"]["id"], location))

    def paths(self, workload):
        """The paths that a workload of GET requests asks for."""
        choose = self.random.choice
        for _ in range(MANY):
            if workload in ("W1", "W9"):
                yield f"{POINTS}/{choose(self.ids)}"
            elif workload == "W2":
                municipality, language = choose(self.areas)
                yield f"{POINTS}?municipality={municipality}&language={language}&limit=50"
            elif workload == "W3":
                words = choose(self.words) if self.random.random() < 0.7 else choose(self.pairs)
                yield f"{POINTS}?q={urllib.parse.quote(words)}&limit=20"
            elif workload == "W4":
                lat, lon = (round(at + self.random.uniform(-0.02, 0.02), 5) for at in choose(self.places))
                yield f"{POINTS}?near={lat},{lon}&radius_km=10&limit=20"
            elif workload == "W5":
                yield f"{POINTS}?facets=region&limit=1"

    def renamings(self, providers, count):
        """Names for providers: never the same twice."""
        kept = [provider for provider in providers if provider["id"] in set(self.providers)]
        for number in range(count):
            provider = self.random.choice(kept)
            names = {"fi": f"{(provider['names']['fi'] or 'Tuki')[:100]} {number}"}
            yield f"/v1/providers/{provider['id']}", json.dumps({"names": names})

    def services(self, count):
        """Services as they are pushed, every other one with a new location."""
        for number in range(count):
            provider, location = self.random.choice(self.locations)
            place = {"location": location["id"], "new_location": None, "opening_hours": None}
            if number % 2 and location["point"]:
                place = {"location": None, "new_location": self._new_location(location, number), "opening_hours": None}
            yield json.dumps(service(provider, place, number), ensure_ascii=False)

    def _new_location(self, location, number):
        address = dict(location["address"])
        address["municipality"] = address["municipality"]["code"]
        address["street"] = {"fi": f"Mittakatu {number}", "sv": None, "en": None}
        lat, lon = (round(location["point"][key] + self.random.uniform(-0.01, 0.01), 6) for key in ("lat", "lon"))
        return {
            "external_ids": [],
            "organisation": None,
            "names": {"fi": f"Mittatupa {number}", "sv": None, "en": None},
            "address": address,
            "point": {"lat": lat, "lon": lon, "northing": None, "easting": None},
            "accessibility": None,
            "directions": None,
            "phone": None,
            "opening_hours": HOURS,
            "valid_from": "2024-01-01",
            "valid_to": None,
        }


HOURS = {
    "weekly": [
        {
            "days": ["monday", "wednesday"],
            "opens": "10:00",
            "closes": "15:00",
            "week_parity": None,
            "every_weeks": None,
            "weeks_of_month": [],
        }
    ],
    "seasons": [],
    "exceptions": [],
    "public_holidays": "closed",
    "by_appointment": False,
    "osm": None,
}


def service(provider, place, number):
    """A service as it is written."""
    return {
        "external_ids": [{"source": "bench", "source_id": f"service-{number}"}],
        "provider": provider,
        "names": {"fi": f"Laiteopastus {number}", "sv": f"Handledning {number}", "en": None},
        "short_descriptions": {"fi": "Apua puhelimen ja tietokoneen käyttöön.", "sv": "Hjälp med telefon och dator.", "en": None},
        "descriptions": {"fi": "Autamme sinua omalla laitteellasi, kun sinulle sopii.", "sv": None, "en": None},
        "support_form": "in_person",
        "delivery_modes": ["service_point"],
        "topics": ["device_setup", "e_identification"],
        "target_groups": ["everyone"],
        "special_support": [],
        "languages": ["fi", "sv"],
        "fee": "free",
        "fee_note": None,
        "access_modes": ["walk_in"],
        "booking_url": None,
        "locations": [place],
        "service_area": None,
        "channels": [],
        "origin": "new",
        "offer_status": "published",
        "valid_from": "2024-01-01",
        "valid_to": None,
    }
