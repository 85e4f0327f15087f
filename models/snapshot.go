package models

import (
	"context"
	"errors"
	"time"
)

// Snapshot is what the therapist published in a review from what the partner
// released: frozen copies, the only numbers of hers that the client can see.
type Snapshot struct {
	ID         string
	Published  Day
	Words      string // what the therapist wrote for both to read
	ReportedBy string
	LastWeek   Week
	Values     []SnapshotValue
}

// SnapshotValue is one published value. Place is its week, or the id of the
// phase of an average.
type SnapshotValue struct {
	Item, Place string
	Value       *float64
	Answer      string
}

// At gives the value of an item at a place, nil when it is not shown.
func (s Snapshot) At(item, place string) *SnapshotValue {
	for i := range s.Values {
		if s.Values[i].Item == item && s.Values[i].Place == place {
			return &s.Values[i]
		}
	}
	return nil
}

// Has says whether any value of an item is shown.
func (s Snapshot) Has(item string) bool {
	for _, v := range s.Values {
		if v.Item == item {
			return true
		}
	}
	return false
}

func (o Offer) snapshotValue() SnapshotValue {
	return SnapshotValue{o.Item, o.Place, o.Value, o.Answer}
}

// PublishInput is the therapist's choice from what is proposed, as typed.
type PublishInput struct {
	Keys       []string
	Words      string
	SpokenOn   string // the date on which she spoke with the partner alone
	Version    string // of the proposals that the form showed
	Submission Submission
}

// Publish copies what the therapist chose, from what the partner proposed, into
// a snapshot that the client can see. Only the case's therapist may. It is
// Invalid with field messages: averages and the call need a date on which the
// partner was spoken to alone. It is Conflict when an item is not proposed any
// more, has another value than the form showed or rests on a week that is set
// aside, and while publishing is held:
// one of the last four reports said, in any of its versions, that the partner
// was pushed about her answers, and she was not spoken to alone since.
func (db *DB) Publish(ctx context.Context, v Viewer, caseID string, in PublishInput) (id string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		c, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		var r reading
		words := r.text("words", in.Words, noteLimit)
		spoken := r.day("spoken_on", in.SpokenOn, today.Add(-90), today)
		if len(in.Keys) == 0 {
			r.fail("show", "Choose at least one item.")
		}
		list, _, err := t.publishable(ctx, caseID)
		if err != nil {
			return err
		}
		id, err = t.makeOnce(ctx, v, in.Submission, "publish "+caseID, in, func() (string, error) {
			if in.Version != offersVersion(list) {
				return "", conflict("What can be shown has changed meanwhile. Look at the list again.")
			}
			chosen, err := picked(list, in.Keys)
			if err != nil {
				return "", err
			}
			for _, o := range chosen {
				if spoken == "" && o.Item != ItemConflict && o.Item != ItemNoticed {
					r.fail("spoken_on", "Averages and the partner’s call need a talk alone first. Enter its date.")
				}
			}
			if err := r.err(); err != nil {
				return "", err
			}
			switch since, err := t.publishingHeld(ctx, caseID); {
			case err != nil:
				return "", err
			case spoken < since:
				return "", conflict("Publishing is held, and nothing was published. The reason stands in the review. Read it alone.")
			}
			s := Snapshot{ID: newID(), Words: words, ReportedBy: c.Partner.Name, LastWeek: today.Week()}
			return s.ID, errors.Join(t.addSnapshot(ctx, caseID, s, chosen, today), t.audit(ctx, v, didPublish, caseID, s.ID))
		})
		return err
	})
	return id, err
}

// publishingHeld gives the first day on which a talk with the partner alone
// lifts the hold on publishing: the day on which the latest of the last four
// reports was saved that said, in any of its versions, that she was pushed. It
// is empty when nothing is held.
func (t *tx) publishingHeld(ctx context.Context, caseID string) (since Day, err error) {
	var latest, zone string
	err = t.QueryRowContext(ctx, `SELECT COALESCE(max(last.saved_at), ''), (SELECT zone FROM practices WHERE id = 1) FROM (SELECT id, pushed, saved_at FROM partner_reports WHERE case_id = $1 ORDER BY week DESC LIMIT 4) last
		WHERE last.pushed IN ('a_little', 'yes') OR EXISTS (SELECT 1 FROM partner_report_corrections c WHERE c.report_id = last.id
			AND c.pushed IN ('a_little', 'yes'))`, caseID).Scan(&latest, &zone)
	if err != nil || latest == "" {
		return "", err
	}
	saved, err := time.Parse(time.RFC3339, latest)
	if err != nil { // it names what it could not read
		return "", errors.New("the time of a report is not one")
	}
	return DayOf(saved, Practice{Zone: zone}.Location()), nil
}

func (t *tx) addSnapshot(ctx context.Context, caseID string, s Snapshot, chosen []Offer, today Day) error {
	x := t.textsOf("snapshots", caseID, s.ID)
	_, err := t.ExecContext(ctx, `INSERT INTO snapshots (id, case_id, words, reported_by, last_week, published_at, published_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, caseID, x.in("words", s.Words), x.in("reported_by", s.ReportedBy), s.LastWeek, t.stamp(), today)
	if err != nil {
		return err
	}
	for _, o := range chosen {
		if !o.ByWeek() {
			if _, err := t.ExecContext(ctx, `INSERT INTO shown_averages (case_id, item, phase_id, value, answers) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (case_id, item, phase_id) DO NOTHING`, caseID, o.Item, o.Place, *o.Value, o.answers); err != nil {
				return err
			}
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO snapshot_values (snapshot_id, item, place, value, answer) VALUES ($1, $2, $3, $4, $5)`,
			s.ID, o.Item, o.Place, o.Value, o.Answer); err != nil {
			return err
		}
	}
	return nil
}

// Snapshots lists what was published to the viewer and stands, newest first.
func (s *ClientStore) Snapshots(ctx context.Context, v Viewer) (list []Snapshot, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		list, err = t.snapshots(ctx, c.ID)
		return err
	})
	return list, err
}

func (t *tx) snapshots(ctx context.Context, caseID string) ([]Snapshot, error) {
	rows, err := t.QueryContext(ctx, `SELECT s.id, s.published_on, s.words, s.reported_by, s.last_week, v.item, v.place, v.value, v.answer
		FROM snapshots s JOIN snapshot_values v ON v.snapshot_id = s.id WHERE s.case_id = $1 ORDER BY s.published_at DESC, s.id, v.place, v.item`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Snapshot
	for rows.Next() {
		var s Snapshot
		var value SnapshotValue
		x := t.texts("snapshots", &caseID, &s.ID)
		if err := rows.Scan(&s.ID, &s.Published, x.out("words", &s.Words), x.out("reported_by", &s.ReportedBy), &s.LastWeek, &value.Item, &value.Place, &value.Value, &value.Answer); err != nil {
			return nil, err
		}
		if n := len(list); n == 0 || list[n-1].ID != s.ID {
			list = append(list, s)
		}
		last := &list[len(list)-1]
		last.Values = append(last.Values, value)
	}
	return list, rows.Err()
}
