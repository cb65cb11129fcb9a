"""Text as proposals have it: sentences of health words, of which a few are everywhere and most are rare (Zipf's law)."""

from __future__ import annotations

from itertools import accumulate
from random import Random

# In one proposal of a few hundred words nearly always; and in FOUND_RARELY of all proposals, whatever their number.
COMMON = "patients"
RARE = "lymphangioleiomyomatosis"

# From the most frequent to the less.
EVERYDAY = (
    "the of and to a in for patients care with is on by staff that are from at ward was team health as each their "
    "hospital be safety it this or after we who when risk people nurses time harm before community one service clinical "
    "home treatment medicines falls which an assessment they use record pressure day training data pathway early has "
    "older acute emergency family infection review discharge digital support monitoring sepsis carers learning were "
    "general mental practice outcomes diagnosis pharmacists admission visits trial evidence month audit week waiting "
    "dementia frailty stroke diabetes cancer surgery kidney heart failure blood oxygen alert handover huddle checklist "
    "escalation deterioration score observation bedside remote wearable sensor app dashboard screening prevention "
    "recovery rehabilitation physiotherapy nutrition hydration swallowing mobility pain palliative maternity neonatal "
    "paediatric asthma respiratory cardiology oncology radiology pathology imaging genomics biopsy biomarker antibiotic "
    "resistance prescribing dispensing insulin anticoagulant opioid reconciliation adherence self management coaching "
    "peer volunteer carer co-design inequality deprivation language interpreter access transport rural housing school "
    "workplace wellbeing anxiety depression crisis suicide psychosis talking therapy substance alcohol smoking obesity "
    "exercise vaccination immunisation contact tracing hygiene catheter cannula wound dressing ulcer mattress hoist "
    "ambulance triage paramedic conveyance theatre anaesthesia recovery intensive ventilator sedation delirium "
    "haemoglobin transfusion donor transplant dialysis fistula cardiac arrest resuscitation defibrillator ultrasound"
).split()
_ONSETS = "cardio neuro nephro hepato osteo dermato gastro pneumo haemato endo arthro angio broncho cysto immuno".split()
_MIDDLES = "meta para hypo hyper micro macro tri mono iso trans inter peri sub supra".split()
_ENDINGS = "scan path trax plex med gram scope lytic genic metry plasty tomy graphy kinase statin mab pril olol".split()
VOCABULARY = [*EVERYDAY, *(a + b + c for b in _MIDDLES for a in _ONSETS for c in _ENDINGS)]
_WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(VOCABULARY))))


def sentences(draw: Random, number: int) -> list[tuple[int, str]]:
    """Sentences of 8 to 20 words, each with its length."""
    lengths = draw.choices(range(8, 21), k=number)
    return [
        (n, " ".join(draw.choices(VOCABULARY, cum_weights=_WEIGHTS, k=n)).capitalize() + ".") for n in lengths
    ]


# Drawn once, as drawing every word of every proposal would take as long as keeping it.
_SENTENCES = sentences(Random(1), 50_000)


def text(draw: Random, words: int) -> str:
    """Sentences of about so many words in all."""
    said = []
    while words > 0:
        length, sentence = _SENTENCES[int(draw.random() * len(_SENTENCES))]
        said.append(sentence)
        words -= length
    return " ".join(said)


def title(draw: Random) -> str:
    """What would stand on a cover: no "the" or "of"."""
    return " ".join(draw.choices(EVERYDAY[30:], k=draw.randint(3, 7))).capitalize()
