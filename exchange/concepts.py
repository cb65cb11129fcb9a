"""What a name and a summary speak of, as concepts: the stems of their telling words, where words that stand for each other in
texts about care are one ("ring" and "telephone", "A&E" and "emergency department")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from exchange import terms

# Of a heading that is far longer than any may be.
MOST_CONCEPTS = 200

# Told by every other proposal, or by none.
_TELL_NOTHING = """
    about again all also any away care different each eight every few first five four get give go help here hospital just less
    like make many more most much need new nhs nine not now old on one only other out over own patient patients people person
    put same say see service seven six some soon staff still such take team ten than them they three through too two under up
    use used very way well whose without work yet
    after ago before day during hour later minute month never night often once time twice week when while within year
    health area region trust
"""
# A line holds words for one thing, of which the first stands for all; those of several words are joined by "_".
_SAME = """
    a_and_e emergency_department front_door casualty emergency ed
    abdomen belly stomach
    adult_social_care social_care
    ae adverse_event harm
    aki kidney_injury
    alarm alert warn warning prompt
    ambulance paramedic crew 999
    anaesthetic anaesthesia anaesthetist
    antibiotic antimicrobial
    app mobile smartphone
    artificial_intelligence ai machine_learning algorithm
    assess assessment check screen screening test
    baby infant newborn neonatal neonate
    barrier obstacle
    bereavement grief
    birth perinatal postnatal postpartum
    blood_thinner anticoagulant anticoagulation
    bone fracture orthopaedic osteoporosis
    bowel colorectal
    brain neurological neurology
    breast mammogram
    cancer oncology tumour malignancy
    cannula cannulation vein
    care_home nursing_home resident
    chemotherapy chemo
    child paediatric kid toddler children
    clinic outpatient
    confusion delirium confused
    copd chronic_lung_disease chronic_obstructive_pulmonary_disease
    dad father
    data figure statistic
    deaf deafness audiology hear hearing
    dementia alzheimer memory
    dentist dental tooth teeth
    depression depressed low_mood
    diabetes diabetic
    diet nutrition food eat meal
    discharge discharged leaving_hospital home_from_hospital go_home
    doctor gp physician general_practice surgery
    drink hydration fluid
    dysphagia swallow swallowing
    early_warning_score news deterioration deteriorate worsen
    error mistake incident
    exercise activity walk
    eye retina retinal sight vision ophthalmic
    fall faller fell fallen
    family relative carer
    gas emission carbon
    geriatric geriatrician elderly older frail frailty
    glucose sugar
    hand_hygiene handwashing wash_hands wash
    heart cardiac cardiology
    home domiciliary household
    huddle debrief briefing
    infection infected infectious
    intensive_care critical_care icu itu
    interpreter translate translation language interpreting
    job employment
    kidney renal
    learning_disability learning_difficulty
    liver hepatic
    lonely isolated isolation loneliness
    lung respiratory pulmonary breathing chest
    mattress mat pad
    medicine medication drug tablet pill
    midwife midwifery obstetric
    mind mental psychological psychiatric psychiatry
    monitor monitoring observation sensor track
    mother mum maternal
    nicotine tobacco cigarette vape smoke smoking
    operation theatre operate surgical surgeon
    opioid opiate morphine
    pharmacist pharmacy
    phone telephone ring call
    photograph photo picture image
    physiotherapist physio physiotherapy
    pregnancy pregnant antenatal
    pressure_ulcer bed_sore pressure_sore pressure_damage
    quit cessation stop_smoking
    record note
    remote virtual video online remotely
    remove removal
    rota roster schedule plan
    screening_programme screening_service
    self_harm self_injury hurt_themselves
    skin dermatology
    sleep insomnia
    suicide suicidal
    text sms message
    train training teach learn lesson education course
    vaccine vaccination immunisation vaccinate jab immunise
    volunteer volunteering
    wound ulcer sore
"""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A concept, and where in the text it is spoken of."""

    concept: str
    start: int
    end: int


def spoken(text: str) -> Iterator[Spoken]:
    """Each time that the text speaks of something telling, in order; a word with a hyphen is one word too."""
    found = terms.words(text)
    standing = [(term, word.start, word.end) for word in found for term in word.terms]
    silent, single, phrases = _silent(), _single(), _phrases()
    place = 0
    while place < len(standing):
        term, start, end = standing[place]
        place += 1
        for rest, concept in phrases.get(term, ()):
            following = standing[place : place + len(rest)]
            if tuple(each for each, _, _ in following) == rest:
                yield Spoken(concept, start, following[-1][2])
                place += len(rest)
                break
        else:
            if term in single:
                yield Spoken(single[term], start, end)
            elif term not in silent and not term.isdigit():
                yield Spoken(term, start, end)
    if terms.HYPHENS.isdisjoint(text):
        return
    for start, end, phrase in terms.hyphened(text, found):
        if len(phrase) == 1 and phrase[0] not in silent:
            yield Spoken(single.get(phrase[0], phrase[0]), start, end)


def of(*texts: str) -> list[str]:
    """What the texts speak of, each concept once, in the order of the first time."""
    return list(dict.fromkeys(each.concept for text in texts for each in spoken(text)))[:MOST_CONCEPTS]


@lru_cache(maxsize=1)
def _groups() -> list[list[terms.Phrase]]:
    lines = [line.split() for line in _SAME.strip().splitlines()]
    return [[_terms(each.replace("_", " ")) for each in line] for line in lines]


@lru_cache(maxsize=1)
def _single() -> dict[str, str]:
    """Terms that stand for a concept by themselves."""
    return {each[0]: "_".join(group[0]) for group in _groups() for each in group if len(each) == 1}


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[tuple[terms.Phrase, str]]]:
    """By their first term what follows it, the longest first, and the concept that they stand for."""
    found: dict[str, list[tuple[terms.Phrase, str]]] = {}
    for group in _groups():
        for each in group:
            if len(each) > 1:
                found.setdefault(each[0], []).append((each[1:], "_".join(group[0])))
    return {first: sorted(rests, key=lambda each: -len(each[0])) for first, rests in found.items()}


@lru_cache(maxsize=1)
def _silent() -> frozenset[str]:
    return frozenset(_terms(" ".join([*terms.STOP_WORDS, *_TELL_NOTHING.split()])))


def _terms(text: str) -> terms.Phrase:
    return tuple(term for word in terms.words(text) for term in word.terms)
