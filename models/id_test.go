package models_test

import (
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// An id says nothing of when its row was made and of no other row: over many of
// them every place takes every letter, and sorting them by age gives no order.
func TestIDs_withoutOrder(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	const rows = 600
	for range rows {
		_, err := p.OpenCase(ctx, p.Owner, models.OpenCaseInput{ClientName: "Al", PartnerName: "Bo", ClientPronoun: "he", PartnerPronoun: "she", Children: "no"})
		must(t, err)
	}
	letters, rises := [26]map[byte]bool{}, 0
	before := ""
	for _, id := range strings.Fields(look(t, p, `SELECT group_concat(id, ' ') FROM (SELECT id FROM cases ORDER BY rowid)`)) {
		if len(id) != len(letters) {
			t.Fatalf("an id is %q", id)
		}
		for i := range letters {
			if letters[i] == nil {
				letters[i] = map[byte]bool{}
			}
			letters[i][id[i]] = true
		}
		if id > before {
			rises++
		}
		before = id
	}
	for i, seen := range letters {
		if len(seen) != 32 {
			t.Errorf("place %d takes %d letters of 32 in %d ids", i, len(seen), rows)
		}
	}
	if rises < rows*2/5 || rises > rows*3/5 {
		t.Errorf("%d of %d ids come after the one before them", rises, rows)
	}
}
