package demo

import "enough/models"

// iris is the case in which the first plan is enough. The client is the woman.
var iris = couple{
	client: "Iris", partner: "Tomas", clientIs: models.She, partnerIs: models.He, stands: "follow-up",
	frame: models.FrameInput{
		Goal:        "Stay together, and talk again in the evening.",
		Stake:       "The home. Our friends. A partner who knows my work.",
		Cooperation: "Tomas’s.",
		Standing:    "He says that he eats alone at the same table.",
		Behaviours:  [3]string{"Leave the phone out of the room at one shared meal", "Greet first on coming home", "No work between 18 and 20"},
		Costs:       [3]string{"2", "3", "7"},
		Economic:    "no",
		Ending:      "I end this if he is made to thank her for it, or if she keeps score aloud.",
		Children:    "no",
	},
	gate: models.GateInput{
		Screen: "interview", ScreenResult: "no_concern", Fear: "no",
		HoldingBack:   "Yes. She goes quiet and works longer.",
		Defensiveness: "Some. She asks for numbers first.",
		WhatEachGets:  "She gets a home that runs. He gets her company at dinner.",
		WantsPlan:     "wants", Agenda: "improve",
		SkillNote: "I see nobody.",
		Contact:   models.Contact{Channel: "email", Address: "tomas@example.org", Times: "Any time", Words: "Riverside Office", DeviceShared: "no"},
	},
	act: models.PlanInput{
		Behaviour: "Leave the phone out of the room at one shared meal", Label: "leave the phone out of a shared meal",
		CountsIf:    "The phone was in another room from sitting down to getting up.",
		NotCountsIf: "The phone was within reach, or you sat through the meal without a word.",
		IfMoment:    "dinner is on the table", ThenAct: "I put the phone in the drawer in the hall",
	},
	measure: models.PlanInput{
		Dose: "3", DoseWords: "Three dinners. Not four.", Cost: "2", Prediction: "4", Confidence: "50",
		Outcome: "conflict", CriterionKind: "drop", Criterion: "2", BaselineWeeks: "5", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{1, tuesday, []act{write(models.LogSupport, "own", "His brother, every week.")}},
		{6, monday, []act{intervene(6)}},
		{10, thursday, []act{
			feel("fine"),
			tick(some{models.ItemConflict, 1, 9}, some{models.ItemNoticed, 1, 9}, some{models.ItemCall, 1, 9},
				some{models.ItemLeaving, 1, 9}, some{models.ItemFeltReal, 1, 9}),
			publish("What Tomas chose to show at this review."),
			decide(models.DecisionInput{
				Choice: "enough", Present: "both",
				Reasons: "Conflict 5.6 before, 3.25 in the phase; last three reports 3.0, criterion met. Leaving not up. Felt real 5 to 7. " +
					"Dose 13 of 12. Call: yes, heard from him alone. Skill used against someone: no.",
				SuffersLess: "Both of them, at dinner.", WhoPays: "Iris, with minutes of being unreachable.",
				ClientText:  "The plan stays: three meals a week. The form comes once a month, first in the week of {week 13}.",
				PartnerText: "The form comes once a month, first in the week of {week 13}. You can change your answer at any time.",
			}),
			followUp(10, "3"),
		}},
	},
}

// renata is in a follow-up that had a dip. Both are women.
var renata = couple{
	client: "Renata", partner: "Ilse", clientIs: models.She, partnerIs: models.She, stands: "follow-up",
	frame: models.FrameInput{
		Goal:        "Keep the family in one house.",
		Stake:       "Seeing the children every day. The house. Sundays.",
		Cooperation: "Ilse’s.",
		Standing:    "She says that she lives in somebody else’s plan.",
		Behaviours:  [3]string{"Sit down for a twenty-minute week plan", "Ask before deciding one matter that touches both", "Carry one standing duty for a month, unreminded"},
		Costs:       [3]string{"4", "5", "7"},
		Economic:    "no",
		Ending:      "I end this if the week plan turns into orders.",
		Children:    "yes",
	},
	gate: models.GateInput{
		Screen: "hark", ScreenResult: "no_concern", Fear: "no",
		HoldingBack:   "Yes. She raises her voice and stops when told.",
		Defensiveness: "High about being called controlling. She listens to examples.",
		WhatEachGets:  "She gets order. Ilse gets a say.",
		WantsPlan:     "wants", Agenda: "improve",
		SkillNote: "Her staff. Asked at every decision.",
		Contact:   models.Contact{Channel: "phone", Address: "555 0106", Times: "Tuesday and Thursday, 12–13", Words: "Riverside Office", Never: "The house telephone", DeviceShared: "no"},
	},
	act: models.PlanInput{
		Behaviour: "Sit down for a twenty-minute week plan", Label: "sit down with you for the week plan",
		CountsIf:    "Both spoke, she spoke first, and nothing was decided without both.",
		NotCountsIf: "You spoke for more than half of the time, or the plan was ready before you sat down.",
		IfMoment:    "it is Sunday after breakfast", ThenAct: "I put the calendar on the table and ask her to begin",
	},
	measure: models.PlanInput{
		Dose: "1", DoseWords: "Once. On Sundays.", Cost: "4", Prediction: "5", Confidence: "60",
		Outcome: "leaving", CriterionKind: "level", Criterion: "4", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{1, tuesday, []act{write(models.LogSupport, "offered", "")}},
		{5, monday, []act{intervene(5)}},
		{9, thursday, []act{
			decide(models.DecisionInput{
				Choice: "enough_for_now", Present: "client",
				Reasons: "Leaving, last three reports: 3.3, criterion met. Conflict 6.75 before, 4.25 in the phase. Dose 4 of 4. Felt real 5 to 6. " +
					"Call: yes, for now, heard from her alone. Skill used against someone: no.",
				SuffersLess: "Ilse, through the week that follows.", WhoPays: "Renata, with twenty minutes and the first word.",
				ClientText:  "The plan stays: one week plan each Sunday. The form comes once a month, first in the week of {week 12}.",
				PartnerText: "The form comes once a month, first in the week of {week 12}. You can change your answer at any time.",
			}),
			followUp(9, "6"),
		}},
		{21, monday, []act{
			write(models.LogContact, "partner", "Ilse, on her own phone, as agreed."),
			closeFlags(20, "Spoken with Ilse alone. The Sundays stopped and she had counted on them. She is not unsafe. Three weekly weeks agreed."),
			decide(models.DecisionInput{
				Choice: "follow_up", Present: "client",
				Reasons: "Month 3: conflict 6, leaving 5, call not yet. “The Sundays stopped.” " +
					"Three weeks with weekly reports and the plan as it was; then monthly again. Skill used against someone: no.",
				SuffersLess: "Nobody, while the Sundays rest.", WhoPays: "Ilse, who had counted on them.",
				ClientText:  "The plan is as before: one week plan each Sunday. The form comes weekly for three weeks from {week 21}.",
				PartnerText: "The form comes weekly for three weeks from {week 21}. You can skip it or stop at any time.",
			}),
			begin(21, models.StepInput{Kind: "weekly", Weeks: "3"}),
		}},
		{24, monday, []act{
			decide(models.DecisionInput{
				Choice: "follow_up", Present: "client",
				Reasons:     "Three weeks of three kept. Conflict and leaving back at 4. Call: yes, for now, heard from her alone. Monthly again. Skill used against someone: no.",
				SuffersLess: "Ilse, again.", WhoPays: "Renata, with her Sundays.",
				ClientText:  "The form comes once a month again, next in the week of {week 27}.",
				PartnerText: "The form comes once a month again, next in the week of {week 27}.",
			}),
			followUp(24, "6"),
		}},
		{28, thursday, []act{
			tick(some{models.ItemConflict, 1, 27}),
			publish("What Ilse chose to show at this review, week by week."),
			decide(models.DecisionInput{
				Choice: "follow_up", Present: "both",
				Reasons:     "Month 5: conflict 3, leaving 3, felt real 7. Call: yes, heard from her alone. Skill used against someone: no.",
				SuffersLess: "Ilse, and the children on Monday mornings.", WhoPays: "Renata, twenty minutes a week. She says that it is little.",
				ClientText:  "The plan and the monthly form go on. The next form is for the week of {week 31}.",
				PartnerText: "The monthly form goes on. The next one is for the week of {week 31}.",
			}),
		}},
	},
}
