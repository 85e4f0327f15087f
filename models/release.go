package models

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// ProposeInput is the partner's choice of what may be shown, as typed: the keys
// of all offers that are ticked.
type ProposeInput struct {
	Keys       []string
	Version    string
	Submission Submission
}

// Propose makes the partner's choice the one that is kept: what is ticked is
// proposed, what is not is withdrawn; what is shown stays until it is taken
// back. Nothing becomes visible by it. It is Forbidden unless she gave her
// passphrase again, and Conflict when the list has changed since the form was
// made.
func (db *DB) Propose(ctx context.Context, v Viewer, in ProposeInput) error {
	return db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err != nil {
			return err
		}
		list, err := t.offers(ctx, caseID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "propose "+caseID, in, func() (string, error) {
			if in.Version != offersVersion(list) {
				return "", conflict("The list has changed meanwhile. Look at it again.")
			}
			chosen, err := picked(list, in.Keys)
			if err != nil {
				return "", err
			}
			if err := t.withdrawUnshown(ctx, caseID); err != nil {
				return "", err
			}
			for _, o := range chosen {
				if o.Shown {
					continue
				}
				week, phase := o.Place, ""
				if !o.ByWeek() {
					week, phase = "", o.Place
				}
				id := newID()
				if _, err := t.ExecContext(ctx, `INSERT INTO partner_proposals (id, case_id, item, week, phase_id, wording, proposed_at)
					VALUES ($1, $2, $3, NULLIF($4, ''), NULLIF($5, ''), $6, $7)`, id, caseID, o.Item, week, phase,
					t.textsOf("partner_proposals", caseID, id).in("wording", o.Wording), t.stamp()); err != nil {
					return "", err
				}
			}
			return caseID, t.audit(ctx, v, didPropose, caseID, caseID)
		})
		return err
	})
}

// withdrawUnshown removes every proposal whose value is not shown. What is shown
// keeps its proposal, the record of what she agreed to, until it is taken back.
func (t *tx) withdrawUnshown(ctx context.Context, caseID string) error {
	_, err := t.ExecContext(ctx, `DELETE FROM partner_proposals WHERE case_id = $1 AND NOT EXISTS (
		SELECT 1 FROM snapshot_values v JOIN snapshots s ON s.id = v.snapshot_id
		WHERE s.case_id = partner_proposals.case_id AND v.item = partner_proposals.item AND v.place = COALESCE(partner_proposals.week, partner_proposals.phase_id))`, caseID)
	return err
}

// TakeBack closes one thing that is shown, at once and in every snapshot, so
// that it looks as if it had never been published. Only the partner may, after
// her passphrase again.
func (db *DB) TakeBack(ctx context.Context, v Viewer, key string) error {
	return db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err != nil {
			return err
		}
		item, place, _ := strings.Cut(key, ".")
		return errors.Join(t.closeItem(ctx, caseID, item, place), t.audit(ctx, v, didTakeBack, caseID, caseID))
	})
}

// closeItem removes a proposal and every published copy of it. The words of a
// snapshot that loses a value go too: they were written about it.
func (t *tx) closeItem(ctx context.Context, caseID, item, place string) error {
	for _, statement := range []string{
		`DELETE FROM partner_proposals WHERE case_id = $1 AND item = $2 AND (week = $3 OR phase_id = $3)`,
		`UPDATE snapshots SET words = x'' WHERE case_id = $1 AND EXISTS (SELECT 1 FROM snapshot_values v WHERE v.snapshot_id = snapshots.id AND v.item = $2 AND v.place = $3)`,
		`DELETE FROM snapshot_values WHERE snapshot_id IN (SELECT id FROM snapshots WHERE case_id = $1) AND item = $2 AND place = $3`,
	} {
		if _, err := t.ExecContext(ctx, statement, caseID, item, place); err != nil {
			return err
		}
	}
	_, err := t.ExecContext(ctx, `DELETE FROM snapshots WHERE case_id = $1 AND NOT EXISTS (SELECT 1 FROM snapshot_values v WHERE v.snapshot_id = snapshots.id)`, caseID)
	return err
}

// closeAverages closes the averages of a phase.
func (t *tx) closeAverages(ctx context.Context, p Phase) error {
	return errors.Join(t.closeItem(ctx, p.CaseID, ItemLeaving, p.ID), t.closeItem(ctx, p.CaseID, ItemFeltReal, p.ID))
}

// closeChanged closes what a report made untrue: a correction the value that it
// changed, and every new or changed answer the average in which it counts.
func (t *tx) closeChanged(ctx context.Context, caseID string, was, now PartnerReport) error {
	phases, err := t.casePhases(ctx, caseID)
	if err != nil {
		return err
	}
	phase, _ := phaseOf(phases, was.Week)
	var errs []error
	for _, change := range []struct {
		item, place string
		changed     bool
	}{
		{ItemConflict, string(was.Week), digits(was.Conflict) != digits(now.Conflict)},
		{ItemNoticed, string(was.Week), digits(was.Noticed) != digits(now.Noticed)},
		{ItemCall, string(was.Week), was.Call != nil && now.Call != nil && was.Call.Answer != now.Call.Answer},
		{ItemLeaving, phase.ID, digits(was.Leaving) != digits(now.Leaving)},
		{ItemFeltReal, phase.ID, digits(was.FeltReal) != digits(now.FeltReal)},
	} {
		if change.changed {
			errs = append(errs, t.closeItem(ctx, caseID, change.item, change.place))
		}
	}
	return errors.Join(errs...)
}

// Preview gives what a choice of offers would show, as the client would see it,
// with the viewer for his template. The partner may, unlocked, for her own
// case; the case's therapist may for what is proposed.
func (db *DB) Preview(ctx context.Context, v Viewer, caseID string, keys []string, words string) (Snapshot, Viewer, error) {
	var s Snapshot
	var client Viewer
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		if v.Role == Partner {
			own, err := t.caseOfPartner(ctx, v)
			if err != nil {
				return err
			}
			caseID = own
		} else if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		list, err := t.offers(ctx, caseID)
		if v.Role == Therapist {
			list, _, err = t.publishable(ctx, caseID)
		}
		if err != nil {
			return err
		}
		chosen, err := picked(list, keys)
		if err != nil {
			return err
		}
		client.Role = Client
		var partner, reporter string
		err = t.QueryRowContext(ctx, `SELECT a.id, a.name, b.id, b.name FROM cases c JOIN people a ON a.id = c.client_id JOIN people b ON b.id = c.partner_id WHERE c.id = $1`, caseID).
			Scan(&client.PersonID, t.texts("people", &caseID, &client.PersonID).out("name", &client.Name),
				&partner, t.texts("people", &caseID, &partner).out("name", &reporter))
		if err != nil {
			return err
		}
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		s = Snapshot{Published: today, Words: words, ReportedBy: reporter, LastWeek: today.Week()}
		for _, o := range chosen {
			s.Values = append(s.Values, o.snapshotValue())
		}
		return nil
	})
	return s, client, err
}

// Proposals lists what the partner proposed, for the therapist to publish from,
// with a version for the form, without what rests on a week that is set aside.
// Only the case's therapist may.
func (db *DB) Proposals(ctx context.Context, v Viewer, caseID string) (list []Offer, version string, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		list, _, err = t.publishable(ctx, caseID)
		return err
	})
	return list, offersVersion(list), err
}

func proposed(list []Offer) []Offer {
	return slices.DeleteFunc(slices.Clone(list), func(o Offer) bool { return !o.Proposed })
}
