package modelstest

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// Found lists which of some texts lie in an answer, a log or a file, however they
// are written there: as they are or in capitals, with the characters of HTML,
// of an address or of a string in code, as UTF-16, in hexadecimal, in base64
// wherever it begins.
func Found(in string, texts []string) (found []string) {
	readings := Readings(in)
	for _, text := range texts {
		low := strings.ToLower(text)
		for _, reading := range readings {
			if strings.Contains(reading, low) {
				found = append(found, text)
				break
			}
		}
	}
	return found
}

var (
	percents = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
	escapes  = regexp.MustCompile(`\\(?:x|u00|U000000)[0-9a-fA-F]{2}`)
	alphabet = strings.NewReplacer("-", "+", "_", "/")
)

// Readings gives a text in lower case, and in every other way in which it may be
// read.
func Readings(in string) []string {
	byNumber := func(s string) string {
		n, _ := strconv.ParseUint(s[len(s)-2:], 16, 8)
		return string(rune(n))
	}
	list := []string{in}
	if strings.Contains(in, "&") {
		list = append(list, html.UnescapeString(in))
	}
	if strings.ContainsAny(in, "%+") {
		list = append(list, percents.ReplaceAllStringFunc(in, byNumber), percents.ReplaceAllStringFunc(strings.ReplaceAll(in, "+", " "), byNumber))
	}
	if strings.Contains(in, `\`) {
		list = append(list, escapes.ReplaceAllStringFunc(in, byNumber))
	}
	if strings.Contains(in, "\x00") {
		list = append(list, strings.ReplaceAll(in, "\x00", ""))
	}
	var b strings.Builder
	for _, run := range runs(in, func(c byte) bool { return c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'f' }) {
		for from := range 2 {
			part := run[from:]
			decoded, _ := hex.DecodeString(part[:len(part)&^1])
			b.Write(decoded)
			b.WriteByte('\n')
		}
	}
	letter := func(c byte) bool {
		return c >= '0' && c <= '9' || c|' ' >= 'a' && c|' ' <= 'z' || c == '+' || c == '/' || c == '-' || c == '_'
	}
	for _, run := range runs(in, letter) {
		run = alphabet.Replace(run)
		for from := range 4 {
			part := run[from:]
			if len(part)%4 == 1 { // no number of bytes ends so
				part = part[:len(part)-1]
			}
			decoded, _ := base64.RawStdEncoding.DecodeString(part)
			b.Write(decoded)
			b.WriteByte('\n')
		}
	}
	list = append(list, b.String())
	for i, reading := range list {
		list[i] = strings.ToLower(reading)
	}
	return list
}

// runs gives the longest parts of a text of twelve bytes or more of one kind.
func runs(in string, kind func(byte) bool) (list []string) {
	from := 0
	for i := range len(in) + 1 {
		if i < len(in) && kind(in[i]) {
			continue
		}
		if i-from >= 12 {
			list = append(list, in[from:i])
		}
		from = i + 1
	}
	return list
}
