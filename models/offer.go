package models

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"enough/models/singlecase"
)

// What of the partner's can be shown to the client at all. Conflict and noticed
// go by week; leaving and felt real only as the average of a closed phase with
// three reports or more; the call as she gave it. Nothing else ever can.
const (
	ItemConflict = "conflict"
	ItemNoticed  = "noticed"
	ItemLeaving  = "leaving"
	ItemFeltReal = "felt_real"
	ItemCall     = "call"
)

// leastForAverage is the fewest answers over which an average may be shown.
const leastForAverage = 3

// Offer is one thing that the partner may choose to show.
type Offer struct {
	Item  string
	Place string // a week, or the id of a phase
	Phase Phase  // in which it lies
	Value *float64
	// Answer is the call.
	Answer string
	// Wording is what she agrees to, word for word.
	Wording  string
	Proposed bool
	Shown    bool
	answers  int // over which an average goes
}

// Key names an offer in a form.
func (o Offer) Key() string { return o.Item + "." + o.Place }

// ByWeek says whether the offer is that of a single week.
func (o Offer) ByWeek() bool { return o.Item != ItemLeaving && o.Item != ItemFeltReal }

// Offers lists what the partner may choose to show, with what she has proposed
// and what is shown now, and a version for the form. It is Forbidden unless she
// gave her passphrase again.
func (db *DB) Offers(ctx context.Context, v Viewer) (list []Offer, version string, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err != nil {
			return err
		}
		list, err = t.offers(ctx, caseID)
		return err
	})
	return list, offersVersion(list), err
}

// offersVersion changes whenever what is proposed or shown does.
func offersVersion(list []Offer) string {
	var b strings.Builder
	for _, o := range list {
		fmt.Fprintln(&b, o.Key(), o.Wording, o.Proposed, o.Shown)
	}
	return hashed(b.String())[:16]
}

func (t *tx) offers(ctx context.Context, caseID string) ([]Offer, error) {
	today, err := t.today(ctx)
	if err != nil {
		return nil, err
	}
	phases, err := t.casePhases(ctx, caseID)
	if err != nil {
		return nil, err
	}
	reports, err := t.partnerReports(ctx, caseID, "", "9999-12-31")
	if err != nil {
		return nil, err
	}
	var list []Offer
	for _, phase := range phases {
		var leaving, felt []float64
		for _, r := range reports {
			if !phase.Contains(r.Week) {
				continue
			}
			list = append(list, weekOffers(phase, r)...)
			leaving = appendAnswer(leaving, r.Leaving)
			felt = appendAnswer(felt, r.FeltReal)
		}
		if today <= phase.LastWeek().Closes() {
			continue
		}
		list = appendAverage(list, phase, ItemLeaving, "closeness to leaving", leaving)
		list = appendAverage(list, phase, ItemFeltReal, "how real it felt", felt)
	}
	if list, err = t.withoutSecondAverages(ctx, caseID, list); err != nil {
		return nil, err
	}
	return list, t.markOffers(ctx, caseID, list)
}

func weekOffers(phase Phase, r PartnerReport) (list []Offer) {
	add := func(item string, value *int, answer, what string) {
		o := Offer{Item: item, Place: string(r.Week), Phase: phase, Answer: answer,
			Wording: fmt.Sprintf("Week of %s: %s", r.Week.Monday().Long(), what)}
		if value != nil {
			f := float64(*value)
			o.Value = &f
		}
		list = append(list, o)
	}
	if r.Conflict != nil {
		add(ItemConflict, r.Conflict, "", fmt.Sprintf("tension %d of 10", *r.Conflict))
	}
	if r.Noticed != nil {
		add(ItemNoticed, r.Noticed, "", "noticed "+NoticedText(*r.Noticed))
	}
	if r.Call != nil && r.Call.Answer != "skipped" && r.Call.Answer != "rather_not_say" {
		add(ItemCall, nil, r.Call.Answer, "“would it be enough?” "+CallText(r.Call.Answer))
	}
	return list
}

// NoticedText writes how often she noticed.
func NoticedText(n int) string {
	if n == 6 {
		return "6 or more"
	}
	return fmt.Sprint(n)
}

// CallText writes her answer to “would it be enough?”.
func CallText(answer string) string {
	return map[string]string{"yes": "Yes", "yes_for_now": "Yes, for now", "not_yet": "Not yet", "no": "No",
		"rather_not_say": "Would rather not say", "skipped": "Skipped"}[answer]
}

func appendAnswer(list []float64, n *int) []float64 {
	if n == nil {
		return list
	}
	return append(list, float64(*n))
}

func appendAverage(list []Offer, phase Phase, item, name string, values []float64) []Offer {
	mean, ok := singlecase.Mean(values)
	if !ok || len(values) < leastForAverage {
		return list
	}
	return append(list, Offer{Item: item, Place: phase.ID, Phase: phase, Value: &mean, answers: len(values),
		Wording: fmt.Sprintf("%s, average of the phase: %s %s of 10", phase.Name, name, OneDecimal(mean))})
}

// OneDecimal writes a number with one decimal, halves rounded up.
func OneDecimal(f float64) string { return fmt.Sprintf("%.1f", math.Floor(f*10+0.5+1e-9)/10) }

// withoutSecondAverages leaves out an average whose phase had another one
// published: the two together would give away a single week, even after the
// first was taken back.
func (t *tx) withoutSecondAverages(ctx context.Context, caseID string, list []Offer) ([]Offer, error) {
	rows, err := t.QueryContext(ctx, `SELECT item, phase_id, value, answers FROM shown_averages WHERE case_id = $1`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var item, phase string
		var value float64
		var answers int
		if err := rows.Scan(&item, &phase, &value, &answers); err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(o Offer) bool {
			return o.Item == item && o.Place == phase && (o.answers != answers || *o.Value != value)
		})
	}
	return list, rows.Err()
}

// markOffers says of each offer whether it is proposed and whether it is shown.
func (t *tx) markOffers(ctx context.Context, caseID string, list []Offer) error {
	proposed, err := t.offerKeys(ctx, `SELECT item, COALESCE(week, phase_id) FROM partner_proposals WHERE case_id = $1`, caseID)
	if err != nil {
		return err
	}
	shown, err := t.offerKeys(ctx, `SELECT v.item, v.place FROM snapshot_values v JOIN snapshots s ON s.id = v.snapshot_id WHERE s.case_id = $1`, caseID)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Proposed, list[i].Shown = proposed[list[i].Key()], shown[list[i].Key()]
	}
	return nil
}

func (t *tx) offerKeys(ctx context.Context, query, caseID string) (map[string]bool, error) {
	rows, err := t.QueryContext(ctx, query, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	keys := map[string]bool{}
	for rows.Next() {
		var item, place string
		if err := rows.Scan(&item, &place); err != nil {
			return nil, err
		}
		keys[item+"."+place] = true
	}
	return keys, rows.Err()
}

// picked gives the offers with the given keys. It is Conflict when one of them
// is not to be had.
func picked(list []Offer, keys []string) ([]Offer, error) {
	var chosen []Offer
	for _, o := range list {
		if slices.Contains(keys, o.Key()) {
			chosen = append(chosen, o)
		}
	}
	if len(chosen) != len(keys) {
		return nil, conflict("What can be shown has changed meanwhile. Look at the list again.")
	}
	return chosen, nil
}
