package models

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// lostInside says whether a write-ahead log is broken before transactions that
// were acknowledged. SQLite reads a log up to the first frame that does not fit
// and takes the rest for a write that was broken off. Each transaction is flushed
// before the next one begins, so what was broken off ends one transaction at
// most: where more end behind the break, the log was damaged, and to begin with
// it would be to lose them without a word. A log that is not there has lost
// nothing.
func lostInside(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	head := make([]byte, 32)
	if _, err := io.ReadFull(r, head); err != nil {
		return false, atEnd(err)
	}
	sum := logSum{order: binary.ByteOrder(binary.LittleEndian)}
	if head[3]&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(head[:24])
	size, salts := binary.BigEndian.Uint32(head[8:]), string(head[16:24])
	whole := sum.is(head[24:])
	if !whole {
		size, salts = 4096, ""
	}
	ends := 0
	for frame := make([]byte, 24+int(size)); ; {
		if _, err := io.ReadFull(r, frame); err != nil {
			return ends > 1, atEnd(err)
		}
		if salts == "" {
			salts = string(frame[8:16])
		}
		ours := string(frame[8:16]) == salts
		if whole && !ours {
			return false, nil // what is left of the time before the log began anew
		}
		sum.add(frame[:8])
		sum.add(frame[24:])
		whole = whole && sum.is(frame[16:24])
		if !whole && ours && binary.BigEndian.Uint32(frame[4:]) > 0 {
			ends++
		}
	}
}

func atEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// logSum is the running checksum of a write-ahead log.
type logSum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (s *logSum) add(text []byte) {
	for ; len(text) >= 8; text = text[8:] {
		s.a += s.order.Uint32(text) + s.b
		s.b += s.order.Uint32(text[4:]) + s.a
	}
}

func (s *logSum) is(kept []byte) bool {
	return binary.BigEndian.Uint32(kept) == s.a && binary.BigEndian.Uint32(kept[4:]) == s.b
}
