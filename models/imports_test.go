package models_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists, for each of our packages, which of ours it may import.
// Imports point one way: main, handlers, models, singlecase.
var mayImport = map[string][]string{
	".":                       {"handlers", "models", "models/demo", "models/mail", "models/singlecase", "templates", "static"},
	"handlers":                {"models", "models/singlecase", "templates", "static"},
	"handlers/proof":          {},
	"handlers/proof/sabotage": {},
	"models":                  {"models/mail", "models/seal", "models/singlecase"},
	"models/demo":             {"models"},
	"models/mail":             {},
	"models/modelstest":       {"models", "models/mail", "models/seal"},
	"models/seal":             {},
	"models/singlecase":       {},
	"templates":               {},
	"static":                  {},
}

// file is one of our Go files.
type file struct {
	name string // from the top of the repository
	dir  string // the package
	*ast.File
}

func (f file) test() bool { return strings.HasSuffix(f.name, "_test.go") }

// imports lists what a file imports.
func (f file) imports() (list []string) {
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		list = append(list, name)
	}
	return list
}

// files reads every Go file of the repository.
func files(t *testing.T) (list []file) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(name); entry.IsDir() && name != "." && (base == "testdata" || base[0] == '.' || base[0] == '_') {
			return fs.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		list = append(list, file{name, path.Dir(name), parsed})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestImports_pointOneWay(t *testing.T) {
	t.Parallel()
	// Neither a clock, nor a file, nor a network: numbers in, numbers out.
	singlecase := []string{"bufio", "bytes", "cmp", "encoding/csv", "encoding/json", "errors", "fmt", "io", "iter", "math", "math/rand/v2", "slices", "sort", "strconv", "strings", "unicode/utf8",
		"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/stat", "gonum.org/v1/gonum/stat/distuv"}
	for _, f := range files(t) {
		may, known := mayImport[f.dir]
		if !known {
			t.Errorf("%s: the package %s has no line in mayImport", f.name, f.dir)
			continue
		}
		for _, name := range f.imports() {
			ours, isOurs := strings.CutPrefix(name, "enough/")
			switch {
			case f.test():
				// Tests may reach for the real database and the demo's people.
				if isOurs && strings.HasPrefix(f.dir, "models") && (ours == "handlers" || ours == "templates") {
					t.Errorf("%s imports %s", f.name, name)
				}
			case isOurs && !slices.Contains(may, ours):
				t.Errorf("%s imports %s; %s may import %v of ours", f.name, name, f.dir, may)
			case strings.HasPrefix(f.dir, "models") && f.dir != "models/modelstest" && (name == "net/http" || strings.Contains(name, "/echo")):
				t.Errorf("%s imports %s: the domain knows nothing of HTTP", f.name, name)
			case f.dir == "handlers" && (strings.HasPrefix(name, "database/sql") || strings.Contains(name, "sqlite")):
				t.Errorf("%s imports %s: no SQL outside models", f.name, name)
			case f.dir == "models/singlecase" && !isOurs && !slices.Contains(singlecase, name):
				t.Errorf("%s imports %s: pure numbers need only %v", f.name, name, singlecase)
			}
		}
	}
}

// functions gives the functions of the models, without tests.
func functions(t *testing.T) (list []*ast.FuncDecl) {
	t.Helper()
	for _, f := range files(t) {
		if f.dir != "models" || f.test() {
			continue
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				list = append(list, fn)
			}
		}
	}
	return list
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	expr := fn.Recv.List[0].Type
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	return expr.(*ast.Ident).Name
}

// called gives the name after the last dot of a call, and the expression
// before it.
func called(n ast.Node) (on, name string) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", ""
	}
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return "", fun.Name
	case *ast.SelectorExpr:
		switch x := fun.X.(type) {
		case *ast.Ident:
			return x.Name, fun.Sel.Name
		case *ast.SelectorExpr:
			if root, ok := x.X.(*ast.Ident); ok {
				return root.Name + "." + x.Sel.Name, fun.Sel.Name
			}
		}
		return "?", fun.Sel.Name
	}
	return "", ""
}

// TestTransactions_beginInExportedMethods holds every transaction to the
// methods that callers see, and to one at a time: there is one writer, so a
// second transaction within the first would wait for ever.
func TestTransactions_beginInExportedMethods(t *testing.T) {
	t.Parallel()
	// The schema and the keys, and what exported methods share.
	besides := []string{"DB.migrateTo", "DB.makeKeys", "DB.makeReady", "DB.invited", "DB.write", "DB.writeOwn", "DB.readAudited", "ClientStore.read"}
	begins := func(on, name string) bool {
		return name == "readFrom" || slices.Contains([]string{"write", "writeOwn", "writeUnaudited", "read", "readAudited"}, name) && (on == "db" || on == "s" || on == "s.db")
	}
	found := 0
	for _, fn := range functions(t) {
		full := receiver(fn) + "." + fn.Name.Name
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			on, name := called(n)
			if !begins(on, name) {
				return true
			}
			found++
			if !fn.Name.IsExported() && !slices.Contains(besides, full) && full != "DB.read" {
				t.Errorf("%s begins a transaction", full)
			}
			for _, arg := range n.(*ast.CallExpr).Args {
				ast.Inspect(arg, func(n ast.Node) bool {
					switch on, name := called(n); {
					case on != "db" && on != "s" && on != "s.db", name == "Now":
					default:
						t.Errorf("%s calls %s.%s within a transaction", full, on, name)
					}
					return true
				})
			}
			return true
		})
	}
	if found < 40 {
		t.Errorf("only %d transactions were found", found)
	}
}

// sealedTables are those over which no word of the client's SQL may go, on
// reading or on writing.
var sealedTables = regexp.MustCompile(`\b(partner_(reports|report_corrections|calls|contacts|pauses|notices|proposals)|gates|people|candidates|decisions|plan_changes|closings|handovers|case_shares|supervisions|set_aside_weeks)\b`)

// constants gives the text of the models' named constants and variables, which
// may hold SQL too.
func constants(t *testing.T) map[string]string {
	t.Helper()
	byName := map[string]string{}
	for _, f := range files(t) {
		if f.dir != "models" || f.test() {
			continue
		}
		for _, decl := range f.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				if value, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range value.Names {
						literals(value, func(s string) { byName[name.Name] += s })
					}
				}
			}
		}
	}
	return byName
}

func literals(n ast.Node, each func(string)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				each(s)
			}
		}
		return true
	})
}

func TestClientStore_namesNothingSealed(t *testing.T) {
	t.Parallel()
	byName, named := map[string][]*ast.FuncDecl{}, constants(t)
	var queue []string
	store := 0
	for _, fn := range functions(t) {
		byName[fn.Name.Name] = append(byName[fn.Name.Name], fn)
		if receiver(fn) == "ClientStore" {
			queue = append(queue, fn.Name.Name)
			store++
		}
	}
	if store < 8 {
		t.Fatalf("only %d methods of the client's store were found", store)
	}
	// What his methods call, and what that calls, by name alone: too much
	// rather than too little. The functions of input and output are shared.
	seen := map[string]bool{}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] || name == "check" { // the fields of all forms are read by check
			continue
		}
		seen[name] = true
		for _, fn := range byName[name] {
			if on := receiver(fn); on != "ClientStore" && on != "tx" && on != "" {
				continue // values without SQL, and the therapist's methods of the same name
			}
			literals(fn, func(s string) {
				if table := sealedTables.FindString(s); table != "" {
					t.Errorf("%s, which the client’s store reaches, names %s", name, table)
				}
			})
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if _, name := called(n); byName[name] != nil {
					queue = append(queue, name)
				}
				if id, ok := n.(*ast.Ident); ok {
					if table := sealedTables.FindString(named[id.Name]); table != "" {
						t.Errorf("%s, which the client’s store reaches, uses %s, which names %s", name, id.Name, table)
					}
				}
				return true
			})
		}
	}
	for _, f := range files(t) {
		if base := path.Base(f.name); f.dir == "models" && slices.Contains([]string{"client_store.go", "checkin.go", "occurrence.go"}, base) {
			literals(f.File, func(s string) {
				if table := sealedTables.FindString(s); table != "" {
					t.Errorf("%s names %s", f.name, table)
				}
			})
		}
	}
}

// TestSQL_noJoinByName keeps out the two joins over whose columns SQLite does
// not ask its authorizer.
func TestSQL_noJoinByName(t *testing.T) {
	t.Parallel()
	byName := regexp.MustCompile(`(?i)\bNATURAL\s+(LEFT|RIGHT|FULL|INNER|CROSS|OUTER|JOIN)|\bJOIN\b[^;]*\bUSING\s*\(`)
	found := 0
	for _, f := range files(t) {
		if f.dir != "models" || f.test() {
			continue
		}
		literals(f.File, func(s string) {
			if strings.Contains(s, "SELECT ") {
				found++
			}
			if byName.MatchString(s) {
				t.Errorf("%s joins by name: %s", f.name, s)
			}
		})
	}
	if found < 30 {
		t.Errorf("only %d queries were found", found)
	}
}
