package models

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"enough/models/singlecase"
)

// cannotOpen says in a sentence why a file that somebody named was not opened.
func cannotOpen(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s; check its name and folder", name)
	}
	return fmt.Errorf("the file cannot be opened: %w", err)
}

// ReadPhases reads the weekly scores of a CSV file; the name - stands for input.
func ReadPhases(name string, input io.Reader) ([]singlecase.Phase, error) {
	if name == "-" {
		return singlecase.ReadCSV(input)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, cannotOpen(name, err)
	}
	defer file.Close()
	phases, err := singlecase.ReadCSV(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return phases, nil
}
