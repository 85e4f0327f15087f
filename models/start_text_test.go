package models_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"enough/models"
)

// TestOpen_damagedText damages the text of a CHECK, which whoever only reads does not
// stumble on.
func TestOpen_damagedText(t *testing.T) {
	t.Parallel()
	file, c := kept(t)
	text, err := os.ReadFile(file)
	must(t, err)
	at := bytes.LastIndex(text, []byte("goes_ahead"))
	if at < 0 {
		t.Fatal("the text of no CHECK was found")
	}
	text[at+1] = 0x9e
	must(t, os.WriteFile(file, text, 0o600))
	_, err = models.Open(models.Options{File: file, Now: c.Practice.Now, CheapPassphrases: true, OneFactor: true})
	if err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("it is answered with %v", err)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, text) {
		t.Errorf("it was written to, %v", err)
	}
}
