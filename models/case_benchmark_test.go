package models_test

import (
	"testing"

	"enough/models"
)

// BenchmarkCases lists a caseload with its open flags. All thirty are to take
// less than 20 ms.
func BenchmarkCases(b *testing.B) {
	p, _ := caseload(b)
	b.ReportAllocs()
	for b.Loop() {
		levels := map[string]int{}
		lines, err := p.Cases(ctx, p.Owner)
		must(b, err)
		for _, line := range lines {
			levels[string(models.OpenLevel(line.Flags))]++
		}
		if len(lines) != 30 || levels["red"] != 6 || levels["amber"] == 0 {
			b.Fatalf("the caseload has %v", levels)
		}
	}
}
