"""People, organisations and schools that nobody can take for real ones.

Names say "Paraugs" or "Parauga" (sample) and carry a number, e-mail addresses are under
example.org, phone numbers count up from 20000001, school numbers from 9900000001. Registration
numbers have the right check digit, because the programs check it, and begin like the synthetic
ones of data/test-vectors.
"""

import dataclasses

MARK = "(paraugs)"
SCHOOLS_PER_MUNICIPALITY = 20
_SCHOOL_KINDS = ("pamatskola", "vidusskola", "pamatskola", "tehnikums")
_CHECK_WEIGHTS = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6)

# Applicant type -> first seven digits of the registration number, name without its number.
_ORGANISATIONS = {
    "municipality": ("9000990", "Parauga pašvaldība"),
    "municipal-institution": ("9000990", "Parauga jauniešu centrs"),
    "association": ("4000890", "Biedrība Paraugs"),
    "foundation": ("4000890", "Nodibinājums Paraugs"),
    "youth-organisation": ("5000890", "Jaunatnes organizācija Paraugs"),
    "other": ("5000890", "Organizācija Paraugs"),
}


def registration_number(first_ten):
    """The eleven digits, or None where no check digit fits."""
    weighted = sum(int(digit) * weight for digit, weight in zip(first_ten, _CHECK_WEIGHTS))
    check = (3 - weighted) % 11
    return None if check == 10 else f"{first_ten}{check}"


@dataclasses.dataclass(frozen=True)
class Organisation:
    name: str
    reg_no: str


@dataclasses.dataclass(frozen=True)
class Contact:
    name: str
    email: str
    phone: str


@dataclasses.dataclass(frozen=True)
class School:
    name: str
    reg_no: str


class Registry:
    """Hands out organisations, the same ones in every call, and contact persons."""

    def __init__(self):
        self._organisations = {}
        self._next_serial = {}
        self._free_numbers = {}
        self._contacts = 0

    def organisation(self, kind, municipality, which=0):
        """The `which`-th organisation of that kind in that municipality."""
        key = (kind, municipality.code, which)
        if key not in self._organisations:
            prefix, name = _ORGANISATIONS[kind]
            serial = self._next_serial.get(kind, 1)
            self._next_serial[kind] = serial + 1
            self._organisations[key] = Organisation(
                f"{name} {serial} ({municipality.name})", self._new_number(prefix))
        return self._organisations[key]

    def _new_number(self, prefix):
        numbers = self._free_numbers.setdefault(
            prefix, (registration_number(f"{prefix}{serial:03}") for serial in range(1000)))
        return next(number for number in numbers if number is not None)

    def contact(self, role="Kontaktpersona"):
        self._contacts += 1
        return Contact(
            f"Parauga {role} {self._contacts}",
            f"{role.lower()}{self._contacts}@example.org",
            f"{20000000 + self._contacts}")


def schools(municipalities):
    """Code of the municipality -> its schools, the same ones for every call."""
    result = {}
    for position, municipality in enumerate(municipalities):
        result[municipality.code] = []
        for index in range(SCHOOLS_PER_MUNICIPALITY):
            number = position * SCHOOLS_PER_MUNICIPALITY + index + 1
            kind = _SCHOOL_KINDS[index % len(_SCHOOL_KINDS)]
            name = f"Parauga {kind} Nr. {number} ({municipality.name})"
            result[municipality.code].append(School(name, str(9900000000 + number)))
    return result


def phone_as_written(phone, dice):
    """Mostly the eight digits; sometimes with the country code, or left out: it is optional."""
    if dice.chance(12):
        return ""
    return f"+371 {phone}" if dice.chance(15) else phone


def euros(cents):
    return f"{cents // 100}.{cents % 100:02}"
