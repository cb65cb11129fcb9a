"""Every section and question, in order: the one declaration of the record."""

from __future__ import annotations

from exchange.proposals.record.kinds import (
    AnswerAudience,
    Answers,
    Choice,
    Kind,
    Needed,
    Question,
    Section,
    Source,
)

SCHEMA_VERSION = 1

YES_SUBMIT, YES_TESTED = Needed.TO_SUBMIT, Needed.WHEN_TESTED
MEMBERS, ASSESSORS = AnswerAudience.MEMBERS, AnswerAudience.ASSESSORS
COUNT_LIMIT = 100_000_000
MONEY_LIMIT = 10_000_000
SAVING_LIMIT = 1_000_000_000
FILES_LIMIT = 10

EARLY_STAGES = frozenset({"idea", "prototype"})
NO_CAMPAIGN = "none"
SUPPLIER_OTHER = "other"
SUPPLIER_NONE = "none"


def is_early(answers: Answers) -> bool:
    return answers.get("stage_of_development") in EARLY_STAGES


def seeks_investment(answers: Answers) -> bool:
    return bool(answers.get("investment_sought"))


def has_unlisted_supplier(answers: Answers) -> bool:
    return answers.get("supplier") == SUPPLIER_OTHER


def _choices(**labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(value.replace("_", "-"), label) for value, label in labels.items())


# One line for what it is, one for each of its words: a table, laid out by hand.
# fmt: off
SECTIONS: tuple[Section, ...] = (
    Section(
        "idea", "The idea",
        (
            Question(
                "title", "Name of the innovation", Kind.LINE, YES_SUBMIT, limit=120,
                hint="A short name that says what it does, like “Falls huddles on acute wards”.",
                missing="Enter the name of the innovation",
            ),
            Question(
                "summary", "Summary in plain English", Kind.TEXT, YES_SUBMIT, limit=60,
                hint="What it is, who it helps and what changes. A patient should understand it.",
                missing="Enter a summary in plain English",
            ),
            Question(
                "overview", "What it is and how it works", Kind.TEXT, YES_TESTED, limit=500,
                hint="What happens, who does it, and what is different from usual care.",
                missing="Enter what it is and how it works",
            ),
            Question(
                "category", "What kind of innovation it is", Kind.ONE, YES_SUBMIT,
                missing="Select what kind of innovation it is",
                choices=_choices(
                    service_or_pathway="Service or pathway", digital="Digital",
                    device_or_diagnostic="Device or diagnostic", medicines_use="Medicines use",
                    workforce_or_training="Workforce or training",
                    equipment_or_estate="Equipment or estate", other="Other",
                ),
            ),
            Question(
                "stage_of_development", "Stage of development", Kind.ONE, YES_SUBMIT,
                hint="For an idea or a prototype you can submit with fewer answers.",
                missing="Select the stage of development",
                choices=_choices(
                    idea="Idea", prototype="Prototype", being_tested="Being tested", evaluated="Evaluated",
                    ready_to_adopt="Ready to adopt", adopted_elsewhere="Adopted elsewhere",
                ),
            ),
            Question(
                "website", "Website", Kind.URL, limit=500,
                hint="For example, https://www.example.org/falls-huddles.",
            ),
            Question(
                "supplier", "Company that supplies it", Kind.ONE, YES_SUBMIT, source=Source.ORGANISATIONS,
                reveals={SUPPLIER_OTHER: "supplier_name"},
                hint="Nobody from this company will assess the proposal.",
                missing="Select the company that supplies it, or “No company”",
                choices=(Choice(SUPPLIER_NONE, "No company"), Choice(SUPPLIER_OTHER, "Another company")),
            ),
            Question(
                "supplier_name", "Name of the company", Kind.LINE, YES_SUBMIT, limit=120,
                applies=has_unlisted_supplier,
                missing="Enter the name of the company",
            ),
        ),
    ),
    Section(
        "fit", "Fit with the region",
        (
            Question(
                "priorities", "Regional priorities it serves", Kind.MANY, YES_SUBMIT,
                source=Source.PRIORITIES,
                hint="Select all that apply.", missing="Select at least one regional priority",
            ),
            Question(
                "lead_theme", "Lead theme", Kind.ONE, YES_SUBMIT, source=Source.THEMES,
                hint="The people of this theme assess your proposal.", missing="Select the lead theme",
            ),
            Question(
                "supporting_themes", "Other themes", Kind.MANY, source=Source.THEMES,
                hint="Select all that apply.",
            ),
            Question(
                "strategic_aims", "Patient safety aims it serves", Kind.MANY, source=Source.AIMS,
                hint="Select all that apply.",
            ),
            Question(
                "campaign", "The campaign it answers", Kind.ONE, source=Source.CAMPAIGNS,
                hint="A campaign can ask questions of its own, which come next.",
                choices=(Choice(NO_CAMPAIGN, "No campaign"),),
            ),
        ),
    ),
    Section(
        "need", "Need and benefit",
        (
            Question(
                "need", "The problem, and how you know", Kind.TEXT, YES_SUBMIT, limit=300,
                hint="Who is affected, how many, and the figures or stories that show it.",
                missing="Enter the problem and how you know",
            ),
            Question(
                "benefit_patients", "Benefit to patients and the public", Kind.TEXT, YES_SUBMIT, limit=300,
                hint="What gets better for them, and by how much.",
                missing="Enter the benefit to patients and the public",
            ),
            Question(
                "benefit_system", "Benefit to the NHS and care", Kind.TEXT, YES_TESTED, limit=300,
                hint="Time, money, staff or safety, and who sees it.",
                missing="Enter the benefit to the NHS and care",
            ),
            Question(
                "population", "People in the region who could benefit each year", Kind.COUNT,
                limit=COUNT_LIMIT,
                hint="Your best estimate, like 2,500.",
            ),
            Question(
                "equality", "Effect on health inequalities", Kind.TEXT, YES_TESTED, limit=200,
                hint="Who might gain most, who might miss out, and what you do about it.",
                missing="Enter the effect on health inequalities",
            ),
        ),
    ),
    Section(
        "evidence", "Evidence",
        (
            Question(
                "evidence_level", "Strength of evidence", Kind.ONE, YES_TESTED,
                hint="The strongest you have.", missing="Select the strength of evidence",
                choices=_choices(
                    none_yet="None yet", experience="Experience", local_audit="Local audit",
                    service_evaluation="Service evaluation", comparative_study="Comparative study",
                    randomised_trial_or_systematic_review="Randomised trial or systematic review",
                ),
            ),
            Question(
                "evidence_summary", "What the evidence shows", Kind.TEXT, YES_TESTED, limit=400,
                hint="What was measured, over how long, and what changed.",
                missing="Enter what the evidence shows",
            ),
            Question(
                "evidence_files", "Supporting documents", Kind.FILES, limit=FILES_LIMIT, audience=ASSESSORS,
                hint="PDF, Word, Excel, PowerPoint, PNG or JPEG. Up to 10 files, each up to 10 MB. Leave "
                "out anything that names a patient.",
            ),
        ),
    ),
    Section(
        "involvement", "Involvement",
        (
            Question(
                "involvement_level", "How patients, families and staff were involved", Kind.ONE, YES_TESTED,
                missing="Select how patients, families and staff were involved",
                choices=_choices(
                    not_yet="Not yet", informed="Informed", consulted="Consulted",
                    co_designed="Co-designed", co_produced="Co-produced",
                ),
            ),
            Question(
                "involvement_summary", "What they changed", Kind.TEXT, YES_TESTED, limit=200,
                hint="One or two things that are different because of them.",
                missing="Enter what they changed",
            ),
        ),
    ),
    Section(
        "spread", "Spread",
        (
            Question(
                "settings", "Where it can be used", Kind.MANY, YES_TESTED,
                hint="Select all that apply.", missing="Select where it can be used",
                choices=_choices(
                    acute="Acute", mental_health="Mental health", community="Community",
                    ambulance="Ambulance", primary_care="Primary care", social_care="Social care",
                    home="Home", education="Education",
                ),
            ),
            Question(
                "sites_now", "Organisations using it now", Kind.COUNT, limit=COUNT_LIMIT,
                hint="Enter 0 if there are none.",
            ),
            Question(
                "scalability", "Ease of adoption elsewhere", Kind.ONE, YES_TESTED,
                missing="Select the ease of adoption elsewhere",
                choices=_choices(
                    simple="Simple", needs_some_change="Needs some change",
                    needs_major_change="Needs major change",
                ),
            ),
            Question(
                "adoption_potential", "Organisations in the region that could adopt in two years",
                Kind.COUNT, YES_TESTED, limit=COUNT_LIMIT,
                missing="Enter the number of organisations, like 12",
            ),
            Question(
                "barriers", "What could stop it, and your answer", Kind.TEXT, YES_TESTED, limit=300,
                audience=MEMBERS,
                hint="Be frank: others will meet the same.",
                missing="Enter what could stop it, and your answer",
            ),
        ),
    ),
    Section(
        "value", "Value",
        (
            Question(
                "investment_sought", "Investment sought from the network (£)", Kind.MONEY, YES_TESTED,
                limit=MONEY_LIMIT, audience=ASSESSORS,
                hint="Whole pounds, like 45,000. Enter 0 if you seek none.",
                missing="Enter the investment sought, like 45,000, or 0",
            ),
            Question(
                "investment_use", "What the investment pays for", Kind.TEXT, YES_TESTED, limit=200,
                audience=ASSESSORS, applies=seeks_investment,
                hint="Leave it empty if you seek none.",
                missing="Enter what the investment pays for",
            ),
            Question(
                "saving_yearly", "Expected saving each year (£)", Kind.MONEY, limit=SAVING_LIMIT,
                audience=MEMBERS,
                hint="Whole pounds, like 120,000.",
            ),
            Question(
                "payback", "Time to return on investment", Kind.ONE, YES_TESTED, audience=MEMBERS,
                missing="Select the time to return on investment",
                choices=(
                    Choice("not-financial", "Not financial"), Choice("under-6-months", "Under 6 months"),
                    Choice("6-12-months", "6 to 12 months"), Choice("1-2-years", "1 to 2 years"),
                    Choice("over-2-years", "Over 2 years"),
                ),
            ),
        ),
    ),
    Section(
        "safety", "Safety and rights",
        (
            Question(
                "ip_status", "Intellectual property", Kind.ONE, YES_SUBMIT, audience=ASSESSORS,
                missing="Select the intellectual property, or “Not sure”",
                choices=_choices(
                    none="None", know_how="Know-how", copyright="Copyright",
                    registered_design="Registered design", patent_applied_for="Patent applied for",
                    patent_granted="Patent granted", not_sure="Not sure",
                ),
            ),
            Question(
                "ip_summary", "Who owns it", Kind.TEXT, YES_TESTED, limit=100, audience=ASSESSORS,
                missing="Enter who owns it",
            ),
            Question(
                "regulation", "Approvals and assessments in place", Kind.MANY, YES_TESTED, audience=MEMBERS,
                excludes_others="none-needed",
                hint="Select all that apply.", missing="Select the approvals in place, or “None needed”",
                choices=(
                    Choice("ukca-or-ce-mark", "UKCA or CE mark"),
                    Choice("dtac", "Digital technology assessment (DTAC)"),
                    Choice("dcb0129", "Clinical safety case (DCB0129)"),
                    Choice("dcb0160", "Deployment safety case (DCB0160)"),
                    Choice("dpia", "Data protection impact assessment"),
                    Choice("research-ethics", "Research ethics"), Choice("none-needed", "None needed"),
                ),
            ),
            Question(
                "safety_risks", "Risks to patients and how they are controlled", Kind.TEXT, YES_SUBMIT,
                limit=200, audience=MEMBERS,
                missing="Enter the risks to patients and how they are controlled",
            ),
        ),
    ),
    Section(
        "sharing", "Sharing",
        (
            Question(
                "visibility", "Who may read it before approval", Kind.ONE, YES_SUBMIT, audience=ASSESSORS,
                hint="The people who assess it always can. Some answers are for assessors only, whatever "
                "you choose.",
                missing="Select who may read it before approval",
                choices=_choices(
                    members="Members of the network", assessors="Assessors only",
                ),
            ),
            Question(
                "declaration", "I have the right to share this and the team agrees", Kind.TICK, YES_SUBMIT,
                audience=AnswerAudience.NOBODY,
                missing="Tick to say that you have the right to share this and the team agrees",
            ),
        ),
    ),
)
# fmt: on
