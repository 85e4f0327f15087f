package models

import (
	"runtime/debug"
	"time"
)

// Version is the version of this program, as far as the build knows it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// MadeOn is when the source of this program was committed, the zero time when
// that is not known.
func MadeOn() (t time.Time) {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return t
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, _ = time.Parse(time.RFC3339, s.Value)
		}
	}
	return t
}
