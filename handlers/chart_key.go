package handlers

import (
	"fmt"
	"strings"
)

// keyEntry says in the page's own words and a small picture what a series of a
// chart is.
type keyEntry struct {
	Name   string
	Class  string // names its colour
	Symbol string // circle, triangle, diamond, bar, or none
	Dash   string // of the line, as SVG writes it; empty for a whole one
	Hollow bool   // the symbol alone, and only its edge
}

// newKeyEntry gives the entry of a series that is drawn with a look, so many
// pixels wide. The dashes are those that the chart library gives their names.
func newKeyEntry(name string, l look, width int) keyEntry {
	dash := map[string]string{"dashed": fmt.Sprint(4*width, 2*width), "dotted": fmt.Sprint(width, width)}[l.dash]
	return keyEntry{Name: name, Class: strings.TrimPrefix(l.colour, "$css:--chart-"), Symbol: l.symbol, Dash: dash}
}

// dashed is a line with a dash of its own, in pixels drawn and left out by
// turns.
type dashed struct {
	colour string
	dash   []int
}

// The lines that a baseline gives: lookTrend is read, lookLowered is to be lain
// below.
var (
	lookTrend        = dashed{"$css:--chart-baseline", []int{14, 4}}
	lookLoweredMean  = dashed{"$css:--chart-baseline", []int{2, 5}}
	lookLoweredTrend = dashed{"$css:--chart-baseline", []int{9, 4, 2, 4}}
)

// hollow draws points alone, and only the edge of each: told, and not counted.
func (k *canvas) hollow(panel int, name string, l look, points []point) {
	data := make([]any, len(points))
	for i, p := range points {
		data[i] = []any{k.at(p), value(p.value)}
	}
	k.lines = append(k.lines, map[string]any{"type": "line", "name": name, "data": data, "xAxisIndex": panel, "yAxisIndex": panel, "symbol": l.symbol, "symbolSize": k.size(9),
		"showSymbol": true, "connectNulls": false, "lineStyle": map[string]any{"opacity": 0}, "itemStyle": map[string]any{"color": "transparent", "borderColor": l.colour, "borderWidth": 2}})
	entry := newKeyEntry(name, l, 2)
	entry.Hollow = true
	k.key = append(k.key, entry)
}

// slope draws a line over the points, one for each week. It ends where the
// panel ends.
func (k *canvas) slope(panel int, name string, l dashed, points []point) {
	data := make([]any, len(points))
	for i, p := range points {
		data[i] = []any{k.at(p), value(p.value)}
	}
	k.lines = append(k.lines, map[string]any{"type": "line", "name": name, "data": data, "xAxisIndex": panel, "yAxisIndex": panel, "symbol": "none", "clip": true,
		"lineStyle": map[string]any{"color": l.colour, "width": 2, "type": l.dash}, "itemStyle": map[string]any{"color": l.colour}})
	entry := newKeyEntry(name, look{colour: l.colour}, 2)
	entry.Dash = strings.Trim(fmt.Sprint(l.dash), "[]")
	k.key = append(k.key, entry)
}
