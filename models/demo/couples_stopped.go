package demo

import "enough/models"

// gregor is the case in which nothing changes.
var gregor = couple{
	client: "Gregor", partner: "Paula", clientIs: models.He, partnerIs: models.She, stands: "plan ended",
	frame: models.FrameInput{
		Goal:        "Keep the family and the house as they are.",
		Stake:       "The house. The boys every day. What I have built.",
		Cooperation: "Paula’s.",
		Standing:    "She says that she is alone in the evenings.",
		Behaviours:  [3]string{"Send one message at noon", "Greet first on coming home", "No work between 18 and 20"},
		Costs:       [3]string{"1", "3", "7"},
		Economic:    "no",
		Ending:      "I end this after three plans without a change, or if she is made to feel ungrateful for it.",
		Children:    "yes",
	},
	gate: models.GateInput{
		Screen: "hark", ScreenResult: "no_concern", Fear: "no",
		HoldingBack:   "Yes.",
		Defensiveness: "Some. He looks for the cheapest way and says so.",
		WhatEachGets:  "He gets peace. She gets a house that is paid for.",
		WantsPlan:     "wants", Agenda: "mixed",
		SkillNote: "I see nobody.",
		Contact:   models.Contact{Channel: "text", Address: "555 0103", Times: "Weekdays 13–15", Words: "Riverside Office", DeviceShared: "no"},
	},
	act: models.PlanInput{
		Behaviour: "Send one message at noon", Label: "send you a message at noon",
		CountsIf:    "On a working day you wrote one line about your day or hers.",
		NotCountsIf: "The message was a task, a reminder or a question about where she is.",
		IfMoment:    "the noon reminder sounds", ThenAct: "I write one line before I eat",
	},
	measure: models.PlanInput{
		Dose: "5", DoseWords: "Every working day. It costs me nothing.", Cost: "1", Prediction: "4", Confidence: "70",
		Outcome: "conflict", CriterionKind: "drop", Criterion: "2", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{5, monday, []act{intervene(5)}},
		{8, thursday, []act{extend}},
		{10, thursday, []act{
			decide(models.DecisionInput{
				Choice: "stop_no_benefit", Present: "client",
				Reasons: "Conflict 6.5 before, 6.5 in the phase. Dose met, 24 of 25; noticed 4 to 5; felt real 1 to 2. Four reports of five; the phase ran a fifth week. " +
					"Call: no. The act was our own entry, noted beforehand as small and easily not the point. Next candidate: the evenings. Skill used against someone: no.",
				SuffersLess: "Nobody yet.", WhoPays: "Paula, with nine weeks of the same evenings.",
				ClientText:  "The message at noon ends with the week of {week 9}. There is no form until the next plan. Bring one candidate to the next appointment.",
				PartnerText: "This plan ends with the week of {week 9}. There is no form until a next one starts.",
			}),
			end(9, "No benefit. The next candidate is about the evenings."),
		}},
	},
}

// viktor reports progress while she is worse off.
var viktor = couple{
	client: "Viktor", partner: "Lena", clientIs: models.He, partnerIs: models.She, stands: "plan ended",
	frame: models.FrameInput{
		Goal:        "Have fewer scenes at home.",
		Stake:       "My name. The children. The company, half of it is hers.",
		Cooperation: "Lena’s.",
		Standing:    "Unknown.",
		Behaviours:  [3]string{"Repeat what she said before you answer", "Do not interrupt for ten minutes", "Make no remark about her mood"},
		Costs:       [3]string{"3", "4", "6"},
		Economic:    "no",
		Ending:      "I end this if anything learned here is used against somebody.",
		Children:    "yes",
	},
	gate: models.GateInput{
		Screen: "hark", ScreenResult: "no_concern", Fear: "no",
		HoldingBack:   "Mostly. He plans what he says.",
		Defensiveness: "Low on the surface. He agrees fast.",
		WhatEachGets:  "He gets a calm house. She is not sure what she gets.",
		WantsPlan:     "wants", Agenda: "undecided",
		SkillNote: "Lena, and his partners in the company. Watch what he does with what he hears.",
		Contact:   models.Contact{Channel: "phone", Address: "555 0104", Times: "Weekdays 10–12", Words: "Riverside Office", Never: "The home number", DeviceShared: "not_sure"},
	},
	act: models.PlanInput{
		Behaviour: "Repeat what she said before you answer", Label: "repeat what you said before he answers",
		CountsIf:    "You said back what she had said, in her sense, and only then answered.",
		NotCountsIf: "You said it back to correct her, or brought her words up again later.",
		IfMoment:    "she has finished a sentence", ThenAct: "I say it back first",
	},
	measure: models.PlanInput{
		Dose: "3", DoseWords: "Three times. I can do more.", Cost: "3", Prediction: "3", Confidence: "90",
		Outcome: "conflict", CriterionKind: "drop", Criterion: "2", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{1, tuesday, []act{write(models.LogSupport, "offered", "Named twice; she will think about it.")}},
		{5, monday, []act{intervene(5)}},
		{7, tuesday, []act{write(models.LogContact, "partner", "At the agreed time. She can talk; he is at work."), closeFlags(6, "Spoken with Lena alone. The children leave the room when he begins to repeat. Look again after week 7.")}},
		{8, tuesday, []act{closeFlags(7, "Spoken with Lena alone. He has started to quote her. She is not in danger; she wants to see one more week.")}},
		{9, monday, []act{supervise, feel("used"), write(models.LogContact, "partner", "“He asked what I put here.”"), write(models.LogContact, "supervisor", "Dr Sam Okoro: stop, and end."),
			goThrough(8, "R3", 8), closeFlags(8, "Spoken with Lena alone on the day: “He asked what I put here.” She keeps her answers short. The plan is stopped.", "R3"), decide(models.DecisionInput{
				Choice: "stop_harm", Present: "partner",
				Reasons: "His tension falls, 5, 4, 3, 2; hers rises, 6, 7, 8, 8. His guess comes ever closer to her number: off by 3, 2, 1, 0. Worse already in week 7. " +
					"Felt real 4, 3, 2, 1. Week 8: pushed, and no free no. Lena alone: “He asked what I put here.” Skill used against someone: yes, Lena. " +
					"The stop takes effect at the planned review, so that it is not tied to one form. Discussed with Dr Sam Okoro (demo).",
				SuffersLess: "Nobody. He suffers less.", WhoPays: "Lena, each week.",
				Line: [4]string{"no", "yes", "yes", "unsure"}, SkillUsed: "yes", SkillAgainst: "Lena: what she says is given back to her as a charge.",
				PartnerText: "I call you at the agreed time. You can skip the form or stop at any time.",
			})}},
		{9, thursday, []act{
			decide(models.DecisionInput{
				Choice: "end_treatment", Present: "client",
				Reasons:     "Planned review. The stop takes effect, and the treatment ends. Lena was spoken to alone first and knows the day. Referral offered to both, apart. Supervision: Dr Sam Okoro (demo).",
				SuffersLess: "Lena, if the lessons end.", WhoPays: "Lena has paid. Viktor loses the sessions.",
				Line: [4]string{"no", "yes", "yes", "unsure"}, SkillUsed: "yes", SkillAgainst: "Lena, as written a few days ago.",
				Referral:    "To a colleague who works with him alone; he took the address.",
				ClientText:  "The work on this plan has ended. Reason recorded: the aim of this work can no longer be met here. A referral was offered.",
				PartnerText: "The work on this plan has ended. There are no more forms. The offer of a talk stands.",
			}),
			end(8, "Stop, harm: what was learned here was used against the partner. Treatment ended by referral."),
		}},
	},
}

// daniel is the safety stop. His own forms go on to the end of the plan.
var daniel = couple{
	client: "Daniel", partner: "Mira", clientIs: models.He, partnerIs: models.She, stands: "plan ended",
	frame: models.FrameInput{
		Goal:        "Not be divorced.",
		Stake:       "The house. What people will say. Ten years.",
		Cooperation: "Mira’s.",
		Standing:    "Unknown.",
		Behaviours:  [3]string{"Say when you will be late", "Keep one named promise a week", "Take a ten-minute pause when your voice rises"},
		Costs:       [3]string{"2", "4", "6"},
		Economic:    "unknown",
		Ending:      "I end this if she is not safe.",
		Children:    "no",
	},
	gate: models.GateInput{
		Screen: "hark", ScreenResult: "no_concern", Fear: "no",
		HoldingBack:   "Not sure. No violence reported by either.",
		Defensiveness: "High. He asks what she has said.",
		WhatEachGets:  "He gets time. She wants to know where she stands.",
		WantsPlan:     "wants", Agenda: "clarity",
		SkillNote: "Mira. Nothing of hers is to be guessed from what I say to him.",
		Contact:   models.Contact{Channel: "phone", Address: "Work phone, 555 0105", Times: "Weekdays 9–16", Words: "Riverside Office", Never: "Her own phone, the home number, e-mail", DeviceShared: "not_sure"},
	},
	act: models.PlanInput{
		Behaviour: "Say when you will be late", Label: "tell you in time that he will be late",
		CountsIf:    "She had your message before the agreed time.",
		NotCountsIf: "The message came after, or it asked where she was.",
		IfMoment:    "it is five and I am not on my way", ThenAct: "I write when I will be home",
	},
	measure: models.PlanInput{
		Dose: "2", DoseWords: "The two late days. Fine.", Cost: "2", Prediction: "5", Confidence: "60",
		Outcome: "leaving", CriterionKind: "level", Criterion: "4", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: stopWords,
	},
	events: []event{
		{5, monday, []act{intervene(5)}},
		{7, monday, []act{
			feel("afraid"),
			write(models.LogContact, "partner", "Called on her work phone, alone. Safe at her sister’s until Sunday."), write(models.LogContact, "service", "Named to her; she rang them while we spoke."),
			goThrough(6, "R1", 6),
			pause("At her wish, agreed on the phone. No forms and no messages until she asks."),
			decide(models.DecisionInput{
				Choice: "hold", Present: "partner",
				Reasons: "Week 6: not safe, pushed, leaving 9, contact asked for soon. Called the same day on her work phone, alone. Specialist service named; the safety plan is made there. " +
					"Her reports rest from today. Nothing changes on his side: his form stays open as before.",
				SuffersLess: "Nobody.", WhoPays: "Mira.",
			}),
		}},
		{7, tuesday, []act{closeFlags(6, "Called on her work phone, alone. The pushing and the wish to leave belong to the same evening. The flag on safety stays open.", "R3", "A4")}},
		{8, thursday, []act{
			supervise,
			decide(models.DecisionInput{
				Choice: "stop_harm", Present: "client",
				Reasons:     "The plan ends in session, at its planned last week. No plan goes on where she is not safe. Mira knew the day beforehand and agreed to the wording. Skill used against someone: not known; she was pushed about her answers.",
				SuffersLess: "Nobody through this plan.", WhoPays: "Mira has paid.",
				Line: [4]string{"unsure", "unsure", "unsure", "no"},
			}),
			decide(models.DecisionInput{
				Choice: "end_treatment", Present: "client",
				Reasons:     "Ending by referral, to a service for him alone. Mira has the specialist service. No joint session.",
				SuffersLess: "Mira, if distance holds.", WhoPays: "Daniel loses the sessions. Mira carries the waiting.",
				Line: [4]string{"unsure", "unsure", "unsure", "no"}, Referral: "To the service for men in conflict, for him alone; first hour agreed.",
				ClientText: "The work on this plan ends with the week of {week 8}. Reason recorded: the aim of this work can no longer be met here. A referral was offered.",
			}),
			end(8, "Safety stop. Ending by referral."),
		}},
	},
}
