package models_test

import (
	"context"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// TestLink_counts holds that nobody can make more than a few messages go to a
// client, and that what he asked for stays good meanwhile.
func TestLink_counts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada")
	must(t, p.SaveOwnContact(ctx, c.Client, models.ClientContactInput{Address: "his@example.org", Remind: "no", Day: "7", Hour: "18"}))
	box, from := modelstest.NewMailbox(t), models.Origin{}
	for range 24 * 6 { // for a day, ten times every ten minutes
		for range 10 {
			must(t, p.AskLink(ctx, from, "ada-client", "somebody else’s browser"))
		}
		post(t, p, box.Server(t))
		p.Clock.Set(p.Now().Add(9 * time.Minute))
	}
	if n := len(box.Received()); n < 3 || n > 12 {
		t.Errorf("%d links were sent in a day", n)
	}
	for _, name := range []string{"nobody", "ada-partner", "vera"} {
		must(t, p.AskLink(ctx, from, name, "a browser"))
	}
	had := len(box.Received())
	post(t, p, box.Server(t))
	if n := len(box.Received()); n != had {
		t.Errorf("%d links went to people who get none", n-had)
	}
}
