package models

import (
	"testing"
	"time"
)

// TestHashing_bounded: while no hash can be made, so many guesses wait, the next is
// refused at once though it is right, and all that waited are answered in the end.
// It is alone: what it fills is the whole program's.
func TestHashing_bounded(t *testing.T) {
	if n := cap(hashing); n < 1 || n > 2 {
		t.Fatalf("%d hashes run at once", n)
	}
	kept := cheapCost.hash("a right one")
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	answers := make(chan bool, mostGuessing)
	for range mostGuessing {
		go func() { answers <- cheapCost.matches("a right one", kept) }()
	}
	for guessing.Load() < mostGuessing {
		time.Sleep(time.Millisecond)
	}
	if cheapCost.matches("a right one", kept) {
		t.Error("one more is looked at")
	}
	select {
	case <-answers:
		t.Error("a hash is made beside those that run")
	default:
	}
	for range cap(hashing) {
		<-hashing
	}
	for range mostGuessing {
		if !<-answers {
			t.Error("one that waited is refused")
		}
	}
	if !cheapCost.matches("a right one", kept) || guessing.Load() != 0 {
		t.Errorf("afterwards %d are counted", guessing.Load())
	}
}
