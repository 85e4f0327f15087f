package models

import (
	"fmt"
	"testing"
)

// TestAttempts_manyNames tries more names than are remembered: one that must wait
// still must.
func TestAttempts_manyNames(t *testing.T) {
	t.Parallel()
	var a attempts
	now := testNow()
	for range 12 {
		a.note("hers", false, now)
	}
	for i := range 3 * mostNames {
		a.note(fmt.Sprint("name ", i), false, now)
	}
	if a.wait("hers", now) != longestWait {
		t.Errorf("after %d other names hers waits %v", 3*mostNames, a.wait("hers", now))
	}
	if len(a.failed) > mostNames {
		t.Errorf("%d names are remembered", len(a.failed))
	}
	for i := range 2 * mostNames {
		for range freeTries {
			a.note(fmt.Sprint("waiting ", i), false, now)
		}
	}
	if len(a.failed) > mostNames {
		t.Errorf("%d names that wait are remembered", len(a.failed))
	}
}
