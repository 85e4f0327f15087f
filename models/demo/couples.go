package demo

import "enough/models"

// couples are the cases of the demo, in the order of the start page.
var couples = []couple{marcus, iris, gregor, viktor, daniel, renata, pavel}

// stopWords are what either of two people may say.
const stopWords = "Either of us can say “not this week”. It then rests until the next session."

// marcus is the long case: three steps, then a monthly follow-up.
var marcus = couple{
	client: "Marcus", partner: "Anna", clientIs: models.He, partnerIs: models.She, stands: "follow-up",
	frame: models.FrameInput{
		Goal:        "Stay married.",
		Stake:       "The children. The cost. Her family.",
		Cooperation: "His wife’s.",
		Standing:    "She is seriously thinking of leaving. (Released by her in writing, in these words.)",
		Behaviours:  [3]string{"Ask about her day", "Be home for dinner twice a week", "Take the children on Sunday mornings"},
		Costs:       [3]string{"2", "5", "7"},
		Economic:    "yes",
		Ending:      "I end this if she is less safe because of it, or if he uses it on others.",
		Children:    "yes",
	},
	gate: models.GateInput{
		Screen: "hark", ScreenResult: "concern", Fear: "no",
		ConcernReason: "HARK 1 of 4: humiliation. No fear, no force, no violence. “I was never hit. I was never heard.” She wants the work to begin, and is seen alone first each time.",
		ConcernSecond: "Dr Sam Okoro (demo)",
		HoldingBack:   "Yes. Sixteen years without force. He leaves the room when he is angry.",
		Defensiveness: "High in talk, low in planning. He takes a task and does it.",
		WhatEachGets:  "He keeps his family. She gets time, and an answer to whether anything changes.",
		WantsPlan:     "wants", Agenda: "mixed",
		SkillNote: "His team at the firm, and Anna. Asked at every decision.",
		Contact:   models.Contact{Channel: "text", Address: "555 0101", Times: "Weekdays 9–11", Words: "The practice", DeviceShared: "no"},
	},
	act: models.PlanInput{
		Behaviour: "Ask about her day", Label: "ask about your day",
		CountsIf:    "You asked, and listened for five minutes with the phone away.",
		NotCountsIf: "The phone was in your hand, or you asked in order to find out whom she met.",
		IfMoment:    "it is after dinner", ThenAct: "I ask",
	},
	measure: models.PlanInput{
		Dose: "2", DoseWords: "Maybe … twice a week?", Cost: "2", Prediction: "3", Confidence: "80",
		Outcome: "leaving", CriterionKind: "level", Criterion: "5", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{1, tuesday, []act{write(models.LogSupport, "offered", "A counsellor of her own, in the house next door.")}},
		{3, tuesday, []act{write(models.LogContact, "partner", "She can talk until ten. She sounds tired, not afraid."), goThrough(2, "A4", 5), closeFlags(2, "Spoken with Anna alone on the phone. Leaving: “not this month”. The children are quieter; she watches them.")}},
		{5, monday, []act{intervene(5)}},
		{4, tuesday, []act{write(models.LogSupport, "own", "Her own counsellor, from this week on."), write(models.LogCard, "live_with", "")}},
		{5, tuesday, []act{closeFlags(4, "Spoken with Anna alone. The children hear the arguments through the wall. Nothing new; own counsellor accepted.")}},
		{6, tuesday, []act{closeFlags(5, "Looked at with Anna. Quieter on the two evenings of the talks, as usual otherwise.")}},
		{9, monday, []act{
			decide(models.DecisionInput{
				Choice: "step_up", Present: "client",
				Reasons: "Dose met, 9 of 8. Leaving, last three reports: 7.0 against “at most 5”. Felt real 2 to 3. Anna’s call: not yet. " +
					"Quality and dose are raised together, and the chart says so. CSI-4: 5 at the start, 6 now. " +
					"Spoken with alone in week 2: “not this month”. Own counsellor offered, accepted in week 3. Skill used against someone: no.",
				SuffersLess: "A little, Anna.", WhoPays: "She is waiting.",
				Learning: "Twice is not noticed.", Confidence: "40",
				ClientText:  "The plan changes from {week 9}. Four times a week, ten minutes, phone in another room, one follow-up question. Next review in the week of {week 13}.",
				PartnerText: "The plan changes from {week 9}: four times a week, ten minutes, phone in another room. Your form stays the same. You can skip it or stop at any time.",
			}),
			begin(9, models.StepInput{
				Kind: "step_up", Weeks: "4", Change: "dose_quality", Dose: "4", Criterion: "5",
				Behaviour: "Ask about her day", Label: "ask about your day",
				CountsIf:    "You asked, listened for ten minutes with the phone in another room, and asked one follow-up question.",
				NotCountsIf: "The phone was in the room, or the question was about whom she met.",
			}),
		}},
		{13, monday, []act{
			tick(some{models.ItemConflict, 1, 12}, some{models.ItemNoticed, 1, 12}),
			publish("What Anna chose to show at this review, week by week."),
			decide(models.DecisionInput{
				Choice: "step_up", Present: "client",
				Reasons: "Conflict 5.67, leaving 6.33, felt real 4 to 5, from three reports of four. Anna’s call: not yet. CSI-4: 8. " +
					"She shows conflict and noticed by week. Keep the four, add Sunday mornings with the children: five acts, six weeks. " +
					"Week 13 is a planned family holiday. Skill used against someone: no.",
				SuffersLess: "Anna, on the days when he stays for the answer.", WhoPays: "He pays in evenings. She is still waiting.",
				ClientText:  "There is no form in the week of {week 13}. From {week 14} the four evenings stay and Sunday mornings with the children are added: five a week, for six weeks.",
				PartnerText: "There is no form in the week of {week 13}. From {week 14} he takes the children on Sunday mornings as well. You can skip the form or stop at any time.",
			}),
			begin(13, models.StepInput{Kind: "hold", Weeks: "1"}),
			begin(14, models.StepInput{
				Kind: "step_up", Weeks: "6", Change: "behaviour", Dose: "5", Criterion: "5",
				Behaviour: "Ask about her day four times, and take the children on Sunday morning", Label: "ask about your day, or take the children on Sunday",
				CountsIf:    "Each talk as before counts once. Sunday counts once if you had the children and the house for two to three hours.",
				NotCountsIf: "The phone was in the room, you came back early, or you asked how she spent the time.",
			}),
		}},
		{20, thursday, []act{
			tick(some{models.ItemConflict, 14, 19}, some{models.ItemLeaving, 14, 19}, some{models.ItemCall, 19, 19}),
			publish("What Anna chose to show at this review."),
			decide(models.DecisionInput{
				Choice: "enough_for_now", Present: "client",
				Reasons: "Leaving, last three reports: 4.0, criterion met. Conflict 4.5. Felt real 5 to 6. Say no: yes. Children as usual. " +
					"Call: yes, for now, heard from her alone. CSI-4: 11, six above the start and still below 13.5. Enough is not the same as satisfied. " +
					"Skill used against someone: no.",
				SuffersLess: "Anna, and the children at breakfast.", WhoPays: "He pays in time. She pays in not knowing whether he means it.",
				ClientText:  "The plan stays: five a week. The form comes once a month, first in the week of {week 23}.",
				PartnerText: "The form comes once a month, first in the week of {week 23}. You can change your answer at any time.",
			}),
			followUp(20, "6"),
		}},
		{32, thursday, []act{
			tick(some{models.ItemCall, 23, 31}),
			publish("What Anna chose to show of the last three months."),
			supervise,
			decide(models.DecisionInput{
				Choice: "follow_up", Present: "client",
				Reasons: "Months 1 to 3. Dose 4, 4, 3 of 5. Conflict 4, 5, 4. Leaving 4, 4, 3. Call: yes, for now, each time. CSI-4: 12. " +
					"He treats her better, most of the time. No partner measure is worse than at baseline. Skill used against someone: no.",
				SuffersLess: "Anna and the children, most of the time.", WhoPays: "He pays less than at first. She still carries the doubt.",
				ClientText:  "The plan and the monthly form go on. The next form is for the week of {week 35}.",
				PartnerText: "The monthly form goes on. The next one is for the week of {week 35}.",
			}),
		}},
	},
}

// pavel has just started: a first plan in its second week.
var pavel = couple{
	client: "Pavel", partner: "Jitka", clientIs: models.He, partnerIs: models.She, stands: "just started",
	frame: models.FrameInput{
		Goal:        "Have evenings again that we both like.",
		Stake:       "The flat. Our weekends. Being known by somebody.",
		Cooperation: "Jitka’s.",
		Standing:    "She has agreed to fill in the form for two months.",
		Behaviours:  [3]string{"Ask about her day", "Do one chore from her list, unannounced", "No work between 18 and 20"},
		Costs:       [3]string{"2", "3", "6"},
		Economic:    "no",
		Ending:      "I end this if she is watched or questioned about the form.",
		Children:    "no",
	},
	gate: models.GateInput{
		Screen: "hark", ScreenResult: "no_concern", Fear: "no",
		HoldingBack:   "Yes. He sulks, and comes back within the hour.",
		Defensiveness: "Some. He laughs things off first.",
		WhatEachGets:  "He gets a task. She gets to see whether he keeps it.",
		WantsPlan:     "wants", Agenda: "improve",
		SkillNote: "I see nobody.",
		Contact:   models.Contact{Channel: "text", Address: "555 0107", Times: "Any day after 17", Words: "Riverside Office", DeviceShared: "no"},
	},
	act: models.PlanInput{
		Behaviour: "Ask about her day", Label: "ask about your day",
		CountsIf:    "You asked, and listened for five minutes with the phone away.",
		NotCountsIf: "The phone was in your hand, or you asked in order to find out whom she met.",
		IfMoment:    "both of us are home", ThenAct: "I ask before I sit down",
	},
	measure: models.PlanInput{
		Dose: "2", DoseWords: "Twice is doable.", Cost: "2", Prediction: "3", Confidence: "70",
		Outcome: "conflict", CriterionKind: "drop", Criterion: "2", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{1, tuesday, []act{write(models.LogSupport, "declined", "Not needed now, she says. Ask again in spring.")}},
		{5, monday, []act{intervene(5)}},
	},
}
