package models

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// A trail is an audit as a list. The walk that verifies it is the one that
// verifies the table.
type trail []auditRow

// add writes a row under a key, as the program does.
func (l trail) add(key []byte, r auditRow) trail {
	before := beforeFirst
	r.id = 1
	if n := len(l); n > 0 {
		before, r.id = l[n-1].chain, l[n-1].id+1
	}
	r.chain = r.chained(key, before)
	return append(l, r)
}

// chain writes the chain of all rows from one on anew.
func (l trail) chain(key []byte, from int) {
	for i := from; i < len(l); i++ {
		before := beforeFirst
		if i > 0 {
			before = l[i-1].chain
		}
		l[i].chain = l[i].chained(key, before)
	}
}

// number numbers the rows anew from one on.
func (l trail) number(from int) {
	for i := from; i < len(l); i++ {
		l[i].id = int64(i + 1)
	}
}

func (l trail) verify(key []byte, known AuditHead) error {
	w := auditWalk{key: key, known: known}
	for _, r := range l {
		if err := w.step(r); err != nil {
			return err
		}
	}
	return w.end()
}

func (l trail) head() AuditHead {
	w := auditWalk{}
	if n := len(l); n > 0 {
		w.rows, w.chain = l[n-1].id, l[n-1].chain
	}
	return w.head()
}

// columns points at everything in a row but its number and its chain.
func (r *auditRow) columns() []*string {
	return []*string{&r.at, &r.personID, &r.role, &r.action, &r.caseID, &r.objectID, &r.result, &r.request}
}

func sameRow(a, b auditRow) bool {
	one, other := a.columns(), b.columns()
	for i := range one {
		if *one[i] != *other[i] {
			return false
		}
	}
	return a.id == b.id && bytes.Equal(a.chain, b.chain)
}

// parts gives the number of the first row in which two logs differ, 0 when
// they are the same.
func parts(a, b trail) int64 {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || !sameRow(a[i], b[i]) {
			return int64(i + 1)
		}
	}
	return 0
}

// honest is a log of so many rows in which people, cases and acts recur.
func honest(key []byte, rows int) (l trail) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		l = l.add(key, auditRow{at: fmt.Sprintf("2026-03-02T11:%02d:00.000Z", i/4), personID: fmt.Sprint("person", r.IntN(4)), role: []string{"therapist", "client", "partner"}[r.IntN(3)],
			action: []string{string(didReport), string(didPropose), string(didTakeBack), "GET /cases/:case"}[r.IntN(4)], caseID: []string{"", "case1", "case2"}[r.IntN(3)],
			objectID: []string{"", "object1", "object2"}[r.IntN(3)], result: []string{"done", "refused"}[r.IntN(2)], request: fmt.Sprint("request", i)})
	}
	return l
}

// attacks are what somebody may do who has every right over the database and
// not the key. What can be computed without it is: numbers, and chains under
// keys of one's own.
var attacks = map[string]func(*rand.Rand, trail) trail{
	"a column is written over": func(r *rand.Rand, l trail) trail {
		row, other := &l[r.IntN(len(l))], l[r.IntN(len(l))]
		at := r.IntN(8)
		*row.columns()[at] = []string{*other.columns()[at], *other.columns()[r.IntN(8)], "", *row.columns()[at] + "x"}[r.IntN(4)]
		return l
	},
	"a letter is changed": func(r *rand.Rand, l trail) trail {
		if column := l[r.IntN(len(l))].columns()[r.IntN(8)]; *column != "" {
			b := []byte(*column)
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			*column = string(b)
		}
		return l
	},
	"letters go to the next column": func(r *rand.Rand, l trail) trail {
		columns, at := l[r.IntN(len(l))].columns(), r.IntN(7)
		all := *columns[at] + *columns[at+1]
		cut := r.IntN(len(all) + 1)
		*columns[at], *columns[at+1] = all[:cut], all[cut:]
		return l
	},
	"a chain is written over": func(r *rand.Rand, l trail) trail {
		row := &l[r.IntN(len(l))]
		sum := sha256.Sum256([]byte(row.action))
		flipped := slices.Clone(row.chain)
		if len(flipped) > 0 {
			flipped[r.IntN(len(flipped))] ^= 1 << r.IntN(8)
		}
		row.chain = [][]byte{flipped, l[r.IntN(len(l))].chain, sum[:], beforeFirst, nil}[r.IntN(5)]
		return l
	},
	"rows are taken out": func(r *rand.Rand, l trail) trail {
		from := r.IntN(len(l))
		return slices.Delete(l, from, min(len(l), from+1+r.IntN(3)))
	},
	"rows are taken out and the rest is numbered anew": func(r *rand.Rand, l trail) trail {
		from := r.IntN(len(l))
		l = slices.Delete(l, from, min(len(l), from+1+r.IntN(3)))
		l.number(from)
		return l
	},
	"the beginning is taken away": func(r *rand.Rand, l trail) trail {
		l = l[1+r.IntN(len(l)):]
		if r.IntN(2) == 0 {
			l.number(0)
		}
		return l
	},
	"the end is taken away": func(r *rand.Rand, l trail) trail { return l[:r.IntN(len(l))] },
	"two rows change places": func(r *rand.Rand, l trail) trail {
		a, b := r.IntN(len(l)), r.IntN(len(l))
		l[a], l[b] = l[b], l[a]
		l.number(0)
		return l
	},
	"neighbours change places, but for their chains": func(r *rand.Rand, l trail) trail {
		a := r.IntN(max(1, len(l)-1))
		b := min(a+1, len(l)-1)
		l[a], l[b] = l[b], l[a]
		l[a].chain, l[b].chain = l[b].chain, l[a].chain
		l.number(0)
		return l
	},
	"a row changes its number": func(r *rand.Rand, l trail) trail {
		l[r.IntN(len(l))].id = int64(r.IntN(len(l)+3)) - 1
		return l
	},
	"a row stands twice": func(r *rand.Rand, l trail) trail {
		from := r.IntN(len(l))
		l = slices.Insert(l, from, l[r.IntN(len(l))])
		if r.IntN(2) == 0 {
			l.number(from)
		}
		return l
	},
	"a row is put in under another key, with all that follows": func(r *rand.Rand, l trail) trail {
		from := r.IntN(len(l) + 1)
		forged := l[r.IntN(len(l))]
		forged.action, forged.request = "something else", ""
		l = slices.Insert(l, from, forged)
		l.number(from)
		l.chain([][]byte{nil, []byte("a key of his own"), beforeFirst}[r.IntN(3)], from)
		return l
	},
	"a row is put in with the chain of its neighbour": func(r *rand.Rand, l trail) trail {
		from := r.IntN(len(l))
		l = slices.Insert(l, from, l[from])
		l[from].action = "something else"
		l.number(from)
		return l
	},
	"all from a row on is from another practice": func(r *rand.Rand, l trail) trail {
		l.chain([]byte("the key of another practice"), r.IntN(len(l)))
		return l
	},
}

// made are the attacks for which the program is made to work: the end is taken
// away and honest rows come after it. They stay, however many there are, or
// stand in for as many of the rows that were there.
func made(key []byte) map[string]func(*rand.Rand, trail) trail {
	goOn := func(r *rand.Rand, l trail) trail {
		l = slices.Clone(l[:r.IntN(len(l))])
		for i := range r.IntN(20) {
			l = l.add(key, auditRow{at: "2026-03-03T11:00:00.000Z", personID: "person1", role: "therapist", action: string(didReport), result: "done", request: fmt.Sprint("later", i)})
		}
		return l
	}
	return map[string]func(*rand.Rand, trail) trail{
		"the end is taken away, and the program goes on": goOn,
		"what the program went on with stands in for what was there": func(r *rand.Rand, l trail) trail {
			other := goOn(r, l)
			copy(l, other)
			return l
		},
	}
}

// TestAudit_attacks lets somebody with every right over the database and
// without the key change the audit in random ways: given the last head, each
// change is found, at the first row that it touches.
func TestAudit_attacks(t *testing.T) {
	t.Parallel()
	const rounds, seed = 10_000, 57
	key := bytes.Repeat([]byte("k"), 32)
	before := honest(key, 40)
	known := before.head()
	if err := before.verify(key, known); err != nil {
		t.Fatalf("the log as it was written: %v", err)
	}
	byProgram := made(key)
	names := slices.Concat(slices.Sorted(maps.Keys(attacks)), slices.Sorted(maps.Keys(byProgram)))
	found, tried := 0, map[string]int{}
	for round := 0; found < rounds; round++ {
		r := rand.New(rand.NewPCG(seed, uint64(round)))
		after, did := slices.Clone(before), []string{}
		programWrote := false
		for range 1 + r.IntN(3)/2 { // one in three is two at once
			name := names[r.IntN(len(names))]
			attack := attacks[name]
			if attack == nil {
				attack, programWrote = byProgram[name], true
			}
			if len(after) == 0 {
				break
			}
			after, did = attack(r, after), append(did, name)
			slices.SortStableFunc(after, func(a, b auditRow) int { return int(a.id - b.id) }) // as the table gives them
		}
		first := parts(before, after)
		if first == 0 {
			continue // nothing was changed
		}
		var fault *AuditFault
		switch err := after.verify(key, known); {
		case !errors.As(err, &fault):
			t.Fatalf("seed %d, round %d, %q from row %d on: not found (%v)", seed, round, did, first, err)
		case fault.Row != first && !(programWrote && fault.Row > first):
			t.Fatalf("seed %d, round %d, %q from row %d on: found at row %d (%v)", seed, round, did, first, fault.Row, err)
		}
		found++
		for _, name := range did {
			tried[name]++
		}
	}
	for _, name := range names {
		if tried[name] < 100 {
			t.Errorf("%s: only %d times", name, tried[name])
		}
	}
	t.Logf("%d of %d changes to the audit, of %d kinds, were found", found, rounds, len(names))
}

// FuzzVerifyAudit puts any row at all in the place of one: the walk finds it there,
// and finds nothing where it is the row that was there.
func FuzzVerifyAudit(f *testing.F) {
	key := bytes.Repeat([]byte("k"), 32)
	before := honest(key, 12)
	known := before.head()
	for _, r := range before[:3] {
		f.Add(r.id, r.id-1, r.at, r.personID, r.role, r.action, r.caseID, r.objectID, r.result, r.request, r.chain)
	}
	f.Add(int64(5), int64(0), "", "", "", "", "", "", "", "", []byte(nil))
	f.Add(int64(-1), int64(11), "2026", "\x00", "client", "report saved", "case1", "case2", "done", "", beforeFirst)
	f.Fuzz(func(t *testing.T, id, at int64, when, person, role, action, caseID, object, result, request string, chain []byte) {
		after := slices.Clone(before)
		after[uint64(at)%uint64(len(after))] = auditRow{id: id, at: when, personID: person, role: role, action: action, caseID: caseID, objectID: object, result: result, request: request, chain: chain}
		first := parts(before, after)
		var fault *AuditFault
		switch err := after.verify(key, known); {
		case first == 0 && err != nil:
			t.Errorf("nothing was changed: %v", err)
		case first != 0 && (!errors.As(err, &fault) || fault.Row != first):
			t.Errorf("row %d was changed: %v", first, err)
		}
	})
}

// TestAudit_endWithoutHead shows what the head is for: without it an audit from
// whose end rows were taken away is one as it once was.
func TestAudit_endWithoutHead(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte("k"), 32)
	whole := honest(key, 20)
	for rows := range whole {
		cut := whole[:rows]
		if err := cut.verify(key, AuditHead{}); err != nil {
			t.Errorf("%d rows of 20, without a head: %v", rows, err)
		}
		if err := cut.verify(key, cut.head()); err != nil {
			t.Errorf("%d rows of 20, with a head as old: %v", rows, err)
		}
		var fault *AuditFault
		if err := cut.verify(key, whole.head()); !errors.As(err, &fault) || fault.Row != int64(rows+1) {
			t.Errorf("%d rows of 20, with the last head: %v", rows, err)
		}
	}
	// A head that was true then holds for the longer audit of today.
	if err := whole.verify(key, whole[:7].head()); err != nil {
		t.Errorf("with a head of before: %v", err)
	}
}
