package demo

import (
	"context"
	"strings"

	"enough/models"
)

// opening is what comes before week 1 in every case, and its first Monday: the
// frame, the partner alone ten days before the start, the gate, the plan, the
// start.
func (l *life) opening() []event {
	return []event{
		{-1, tuesday, []act{openCase, saveFrame, join(models.Client)}},
		{-1, friday, []act{join(models.Partner)}},
		{0, wednesday, []act{saveGate}},
		{0, thursday, []act{draftPlan, saveAct, saveMeasure}},
		{1, monday, []act{startBaseline}},
	}
}

func openCase(ctx context.Context, l *life) (err error) {
	l.caseID, err = l.db.OpenCase(ctx, l.therapist, models.OpenCaseInput{
		ClientName: l.client + " (demo)", PartnerName: l.partner + " (demo)",
		ClientPronoun: string(l.clientIs), PartnerPronoun: string(l.partnerIs), Children: l.frame.Children})
	return err
}

func saveFrame(ctx context.Context, l *life) error {
	in := l.frame
	in.Version = "1"
	return l.db.SaveFrame(ctx, l.therapist, l.caseID, in)
}

// join gives one of the two a code, who uses it in the same hour.
func join(role models.Role) act {
	return func(ctx context.Context, l *life) error {
		code, err := l.db.InviteTo(ctx, l.therapist, l.caseID, role)
		if err != nil {
			return err
		}
		who, name := &l.withClient, l.client
		if role == models.Partner {
			who, name = &l.withPartner, l.partner
		}
		if *who, err = l.db.Join(ctx, models.JoinInput{Code: code, Credentials: credentials(name)}); err != nil || role == models.Partner {
			return err
		}
		return l.db.SaveOwnContact(ctx, *who, models.ClientContactInput{Address: strings.ToLower(name) + "@example.org", Remind: "yes", Day: "7", Hour: "19"})
	}
}

// saveGate puts the talk alone, the screen and the consent, all of one day, on
// record, and the reminders that were agreed then.
func saveGate(ctx context.Context, l *life) error {
	in := l.gate
	alone := string(l.week(1).Monday().Add(-10))
	in.AloneOn, in.ScreenOn, in.ConsentOn = alone, alone, alone
	err := l.db.SaveGate(ctx, l.therapist, l.caseID, in)
	if err != nil || in.Contact.Channel != "email" {
		return err
	}
	return l.db.SavePartnerReminders(ctx, l.therapist, l.caseID, models.PartnerReachInput{Remind: "yes", Day: "6", First: "10", Last: "12", Again: "no", Subject: "notes"})
}

func draftPlan(ctx context.Context, l *life) (err error) {
	l.experiment, err = l.db.NewExperiment(ctx, l.therapist, l.caseID, l.act.Behaviour, models.Submission{})
	return err
}

func saveAct(ctx context.Context, l *life) error {
	in := l.act
	in.Step, in.Version = "act", "1"
	return l.db.SavePlan(ctx, l.therapist, l.experiment, in)
}

func saveMeasure(ctx context.Context, l *life) error {
	in := l.measure
	in.Step, in.Version = "measure", "2"
	return l.db.SavePlan(ctx, l.therapist, l.experiment, in)
}

func startBaseline(ctx context.Context, l *life) error {
	return l.db.StartExperiment(ctx, l.therapist, l.experiment, string(l.week(1)), models.Submission{})
}
