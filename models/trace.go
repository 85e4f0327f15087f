package models

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Origin is where a request came from, as far as it says. It is kept as nothing
// but keyed marks, and for thirty days.
type Origin struct {
	Device  string // what the browser calls itself by a cookie of ours
	Address string // of the network that it is in
}

// tracesLast is how long the origin of a form or of a sign-in is kept.
const tracesLast = 30 * 24 * time.Hour

// trace is where one of a couple signed in, or saved a form, and when. Only the
// signs of a report that may not be the partner's own look at it.
type trace struct {
	role            Role
	week            Week // of the form that was saved; empty for a sign-in
	device, network string
	at              time.Time
	on              Day
}

// about is the week of whose form it is, or in which the sign-in was.
func (x trace) about() Week {
	if x.week != "" {
		return x.week
	}
	return x.on.Week()
}

// network is by what an address is known: a household's, as a rule. One that
// everybody behind a proxy or in the same building has tells nothing.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return ""
	}
	bits := 56
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// keepTrace keeps where a sign-in of one of a couple came from, or with a week
// the form of it that was saved. It reads nothing of either of the two.
func (t *tx) keepTrace(ctx context.Context, v Viewer, caseID string, w Week) error {
	if v.From == (Origin{}) {
		return nil
	}
	today, err := t.today(ctx)
	if err != nil {
		return err
	}
	mark := t.traceMark
	_, err = t.ExecContext(ctx, `INSERT INTO traces (id, case_id, role, week, device, network, kept_at, kept_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		newID(), caseID, string(v.Role), w, mark("device", v.From.Device), mark("network", network(v.From.Address)), t.stamp(), today)
	return err
}

// traceMark is how an origin is kept.
func (t *tx) traceMark(kind, of string) string {
	if of == "" {
		return ""
	}
	return t.keys.secret("device").Mark(kind + "\x00" + of)
}

// signedInOn says whether somebody of a sign-in name has signed in on a browser in
// the last thirty days.
func (t *tx) signedInOn(ctx context.Context, signin, device string) (has bool, err error) {
	if device == "" {
		return false, nil
	}
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people p JOIN traces x ON x.case_id = p.case_id AND x.role = p.role
		WHERE p.signin = $1 AND x.device = $2 AND x.kept_at > $3)`, signin, t.traceMark("device", device), stamp(t.now.Add(-tracesLast))).Scan(&has)
	return has, err
}

// keepSignIn keeps where one of a couple signed in from. When anybody but the
// client does, what is older than thirty days is forgotten; when a therapist does,
// the notes that her own cases owe to what will be forgotten next are kept first.
func (t *tx) keepSignIn(ctx context.Context, v Viewer) error {
	if v.Role == Therapist {
		if err := t.keepSigns(ctx, v); err != nil {
			return err
		}
	}
	if v.Role != Client {
		if _, err := t.ExecContext(ctx, `DELETE FROM traces WHERE kept_at < $1`, stamp(t.now.Add(-tracesLast))); err != nil {
			return err
		}
	}
	if v.Role == Therapist || v.From == (Origin{}) {
		return nil
	}
	var caseID string
	if err := t.QueryRowContext(ctx, `SELECT id FROM cases WHERE client_id = $1 OR partner_id = $1`, v.PersonID).Scan(&caseID); err != nil {
		return err
	}
	return t.keepTrace(ctx, v, caseID, "")
}

// keepSigns keeps the notes that traces of three weeks and more are a sign of, in
// the therapist's own cases.
func (t *tx) keepSigns(ctx context.Context, v Viewer) error {
	rows, err := t.QueryContext(ctx, `SELECT DISTINCT x.case_id FROM traces x JOIN cases c ON c.id = x.case_id WHERE c.therapist_id = $1 AND x.kept_at < $2 ORDER BY 1`,
		v.PersonID, stamp(t.now.Add(-tracesLast*7/10)))
	if err != nil {
		return err
	}
	defer rows.Close()
	var cases []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		cases = append(cases, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	today, err := t.today(ctx)
	if err != nil {
		return err
	}
	for _, id := range cases {
		list, err := t.traces(ctx, id)
		if err != nil {
			return err
		}
		for _, f := range originSigns(list) {
			var kept bool
			if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM flags WHERE case_id = $1 AND rule = $2 AND week = $3)`, id, f.Rule, f.Week).Scan(&kept); err != nil {
				return err
			}
			if f.RaisedOn = today; !kept {
				if err := t.keepFlag(ctx, Viewer{}, id, f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// traces lists those of a case, the oldest first.
func (t *tx) traces(ctx context.Context, caseID string) (list []trace, err error) {
	rows, err := t.QueryContext(ctx, `SELECT role, week, device, network, kept_at, kept_on FROM traces WHERE case_id = $1 ORDER BY kept_at, id`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x trace
		var at string
		if err := rows.Scan(&x.role, &x.week, &x.device, &x.network, &at, &x.on); err != nil {
			return nil, err
		}
		if x.at, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, errors.New("traces.kept_at holds no instant")
		}
		list = append(list, x)
	}
	return list, rows.Err()
}
