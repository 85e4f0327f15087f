package handlers

import (
	"maps"
	"unicode/utf8"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"enough/models"
)

// chart is an option for the browser's chart library, the sentence that says
// what it shows, and the same numbers as a table.
type chart struct {
	ID      string
	Caption string
	Two     bool           // two panels, one above the other
	Key     []keyEntry     // what each series is, written by the page; nil where the picture has its own
	Wide    map[string]any // the same to be read across a room, where there is room; may be nil
	Option  map[string]any
	Table   table
}

func (chart) template() string { return "chart" }

// table is numbers in rows. The first cell of a row names it.
type table struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// canvas collects the series of a chart over a run of weeks. All of it lies on
// a time axis; a week is drawn at its Monday, inside a band that begins half a
// week before.
type canvas struct {
	from, to models.Week // first and last week
	line     *charts.Line
	legend   []any // names, or a name with its own icon
	key      []keyEntry
	keyed    bool             // the page writes the key, the picture has no legend
	lines    []map[string]any // series with a dash of their own
	titles   []string         // one for each panel
	tops     []float64
	large    bool // to be read across a room
	number   int  // of the first week, where weeks are numbered and not dated
}

func newCanvas(from, to models.Week) *canvas {
	return &canvas{from: from, to: to, line: charts.NewLine()}
}

// panel adds a panel whose axis runs from 0 to top.
func (k *canvas) panel(title string, top int) {
	k.titles, k.tops = append(k.titles, title), append(k.tops, float64(top))
}

// countTop is the top of an axis for a number of times a week, at least eight.
func countTop(most int) int {
	switch {
	case most <= 8:
		return 8
	case most <= 10:
		return 10
	}
	return 15
}

// edge is where the band of a week begins: the Thursday noon before it.
func (k *canvas) edge(w models.Week) any {
	if k.number > 0 {
		return float64(k.number+w.Since(k.from)) - 0.5
	}
	return w.Monday().Add(-4).Time().Format("2006-01-02T15:04:05Z")
}

// point is one value; nil leaves a gap. One that ends a phase is no week: it
// breaks the line at the edge before its week.
type point struct {
	week  models.Week
	value *float64
	ends  bool
}

// at is where a point is drawn.
func (k *canvas) at(p point) any {
	switch {
	case p.ends:
		return k.edge(p.week)
	case k.number > 0:
		return k.number + p.week.Since(k.from)
	}
	return string(p.week.Monday())
}

func intPoint(w models.Week, n *int) point {
	if n == nil {
		return point{week: w}
	}
	f := float64(*n)
	return point{week: w, value: &f}
}

// look is how a series is drawn: colour, dash and symbol differ together, so
// that it can be told in grey and by the colour-blind.
type look struct{ colour, dash, symbol string }

var (
	lookOne   = look{"$css:--chart-line-1", "solid", "circle"}
	lookTwo   = look{"$css:--chart-line-2", "dashed", "triangle"}
	lookThree = look{"$css:--chart-line-3", "dotted", "diamond"}
)

func (k *canvas) series(panel int, name string, l look, points []point) {
	data := make([]opts.LineData, len(points))
	for i, p := range points {
		data[i] = opts.LineData{Value: []any{k.at(p), value(p.value)}}
	}
	k.legend = append(k.legend, name)
	k.key = append(k.key, newKeyEntry(name, l, 2))
	k.line.AddSeries(name, data, onPanel(panel),
		charts.WithLineChartOpts(opts.LineChart{Symbol: l.symbol, SymbolSize: k.size(8), ShowSymbol: opts.Bool(true), ConnectNulls: opts.Bool(false), XAxisIndex: panel, YAxisIndex: panel}),
		charts.WithLineStyleOpts(opts.LineStyle{Color: l.colour, Width: float32(k.size(2)), Type: l.dash}), charts.WithItemStyleOpts(opts.ItemStyle{Color: l.colour}))
}

// size scales a length in pixels to the distance from which the chart is read.
func (k *canvas) size(px int) int {
	if k.large {
		return px * 8 / 5
	}
	return px
}

func (k *canvas) bars(panel int, name, colour string, points []point) {
	bar := charts.NewBar()
	data := make([]opts.BarData, len(points))
	for i, p := range points {
		data[i] = opts.BarData{Value: []any{k.at(p), value(p.value)}}
	}
	k.legend = append(k.legend, name)
	k.key = append(k.key, newKeyEntry(name, look{colour, "", "bar"}, 0))
	bar.AddSeries(name, data, charts.WithBarChartOpts(opts.BarChart{BarWidth: "55%", XAxisIndex: panel, YAxisIndex: panel}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: colour, Opacity: opts.Float(0.75)}))
	k.line.Overlap(bar)
}

func value(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}

func onPanel(panel int) charts.SeriesOpts {
	return func(s *charts.SingleSeries) { s.XAxisIndex, s.YAxisIndex = panel, panel }
}

// level is a number that holds over the weeks of a phase: a dose, a mean, a
// criterion.
type level struct {
	phase models.Phase
	value float64
}

// steps draws levels as one line with gaps between the phases. Without a name
// it stays out of the legend.
func (k *canvas) steps(panel int, name string, l look, width float32, levels []level) {
	var data []opts.LineData
	for _, x := range levels {
		if x.phase.Start > k.to {
			continue
		}
		from, to := k.edge(x.phase.Start), k.edge(min(x.phase.LastWeek(), k.to).Add(1))
		data = append(data, opts.LineData{Value: []any{from, x.value}}, opts.LineData{Value: []any{to, x.value}}, opts.LineData{Value: []any{to, nil}})
	}
	if name != "" && len(data) > 0 {
		icon := "path://M0 0H28V3H0Z"
		if l.dash == "dotted" {
			icon = "path://M0 0H5V3H0ZM8 0H13V3H8ZM16 0H21V3H16ZM24 0H28V3H24Z"
		}
		k.legend = append(k.legend, map[string]any{"name": name, "icon": icon})
		k.key = append(k.key, newKeyEntry(name, l, int(width)))
	}
	k.line.AddSeries(name, data, onPanel(panel),
		charts.WithLineChartOpts(opts.LineChart{Symbol: "none", XAxisIndex: panel, YAxisIndex: panel}),
		charts.WithLineStyleOpts(opts.LineStyle{Color: l.colour, Width: width, Type: l.dash}), charts.WithItemStyleOpts(opts.ItemStyle{Color: l.colour}))
}

// doses gives the step line of the dose.
func doses(phases []models.Phase) []level {
	var list []level
	for _, p := range phases {
		if p.Dose != nil {
			list = append(list, level{p, float64(*p.Dose)})
		}
	}
	return list
}

// lookRule is how what was set beforehand is drawn.
var lookRule = look{"$css:--chart-criterion", "solid", ""}

// phases draws the band of each phase on every panel, with its name above the
// first.
func (k *canvas) phases(list []models.Phase, name func(models.Phase) string) {
	for panel := range k.titles {
		var areas []any
		for i, p := range list {
			if p.Start > k.to || p.LastWeek() < k.from {
				continue
			}
			colour := []string{"$css:--chart-band-a", "$css:--chart-band-b"}[i%2]
			end := min(p.LastWeek(), k.to).Add(1)
			area := map[string]any{"xAxis": k.edge(p.Start), "itemStyle": map[string]any{"color": colour}}
			if label := name(p); panel == 0 && k.fits(label, p.Start, end) {
				area["name"] = label
			}
			areas = append(areas, []any{area, map[string]any{"xAxis": k.edge(end)}})
		}
		bands := func(s *charts.SingleSeries) {
			s.MarkAreas = &opts.MarkAreas{Data: areas, MarkAreaStyle: opts.MarkAreaStyle{Label: &opts.Label{FontSize: float32(k.size(12)), Color: "$css:--chart-text"}}}
		}
		k.line.AddSeries("", []opts.LineData{}, onPanel(panel), bands, charts.WithLineChartOpts(opts.LineChart{XAxisIndex: panel, YAxisIndex: panel}))
	}
}

// legendLines is how many lines the legend takes on a phone.
func (k *canvas) legendLines() int {
	if k.keyed {
		return 0
	}
	const room, icon, letter = 350, 46, 7
	lines, at := 1, 0
	for _, entry := range k.legend {
		name, _ := entry.(string)
		if with, ok := entry.(map[string]any); ok {
			name = with["name"].(string)
		}
		width := icon + letter*utf8.RuneCountInString(name)
		if at > 0 && at+width > room {
			lines, at = lines+1, 0
		}
		at += width
	}
	return lines
}

// fits says whether a label has room above its band on a phone.
func (k *canvas) fits(label string, from, end models.Week) bool {
	const plot, letter, spare = 330, 6, 8
	band := plot * end.Since(from) / k.to.Add(1).Since(k.from)
	return utf8.RuneCountInString(label)*letter <= band+spare
}

// axisText is how words on an axis, and titles, are written.
func axisText(colour string, px int) map[string]any {
	return map[string]any{"color": colour, "fontFamily": "$css:--chart-font", "fontSize": px, "fontWeight": "normal"}
}

// option gives the finished option.
func (k *canvas) option() map[string]any {
	k.line.Validate()
	o := k.line.JSON()
	for _, drop := range []string{"title", "legend", "tooltip", "xAxis", "yAxis", "color", "dataZoom", "visualMap"} {
		delete(o, drop)
	}
	text := func(colour string, px int) map[string]any { return axisText(colour, k.size(px)) }
	with := func(m map[string]any, more map[string]any) map[string]any {
		maps.Copy(m, more)
		return m
	}
	rule := map[string]any{"lineStyle": map[string]any{"color": "$css:--chart-rule"}}
	lines := k.legendLines()
	top, heights := k.size(48+24*lines), []int{196}
	if len(k.titles) == 2 {
		heights = []int{110, 216}
	}
	if k.large {
		heights = []int{340}
		if len(k.titles) == 2 {
			heights = []int{90, 190}
		}
	}
	var grids, xs, ys, titles []any
	mondays, kind, named := k.mondays(), "time", any("$fn:week")
	if k.number > 0 {
		kind, named = "value", nil
	}
	for i, title := range k.titles {
		lowest := i == len(k.titles)-1
		titleTop := top - k.size(26)
		if i == 0 {
			titleTop = k.size(24 * lines)
		}
		every := 2
		if k.tops[i] > 8 {
			every = 5
		}
		grids = append(grids, map[string]any{"left": k.size(34), "right": 12, "top": top, "height": heights[i], "outerBoundsMode": "none"})
		titles = append(titles, map[string]any{"text": title, "left": 0, "top": titleTop, "textStyle": text("$css:--chart-quiet", 12)})
		xs = append(xs, map[string]any{"type": kind, "gridIndex": i, "min": k.edge(k.from), "max": k.edge(k.to.Add(1)), "containShape": false,
			"axisLabel": with(text("$css:--chart-quiet", 11), map[string]any{"formatter": named, "customValues": mondays, "hideOverlap": true, "show": lowest, "margin": k.size(10)}),
			"axisTick":  map[string]any{"customValues": mondays, "show": lowest}, "axisLine": rule, "splitLine": map[string]any{"show": false}})
		ys = append(ys, map[string]any{"type": "value", "gridIndex": i, "min": 0, "max": k.tops[i], "interval": every,
			"axisLabel": text("$css:--chart-quiet", 12), "axisLine": map[string]any{"show": false}, "axisTick": map[string]any{"show": false}, "splitLine": rule})
		top += heights[i] + k.size(56)
	}
	o["grid"], o["xAxis"], o["yAxis"], o["title"] = grids, xs, ys, titles
	if !k.keyed {
		o["legend"] = map[string]any{"data": k.legend, "itemGap": 12, "top": 0, "left": 0, "itemWidth": k.size(28), "textStyle": text("$css:--chart-text", 12), "selectedMode": false}
	}
	if len(k.lines) > 0 {
		var all []any
		for _, series := range k.line.MultiSeries {
			all = append(all, series)
		}
		for _, series := range k.lines {
			all = append(all, series)
		}
		o["series"] = all
	}
	o["tooltip"] = map[string]any{"trigger": "axis", "formatter": "$fn:tip"}
	o["axisPointer"] = map[string]any{"link": []any{map[string]any{"xAxisIndex": "all"}}}
	o["textStyle"] = map[string]any{"fontFamily": "$css:--chart-font"}
	return o
}

// mondays are the weeks that are named under the axis: every one of a short
// run, every second or fourth of a long one.
func (k *canvas) mondays() []any {
	step := 1
	for k.to.Since(k.from)/step > 13 {
		step *= 2
	}
	var list []any
	for w := k.from; w <= k.to; w = w.Add(step) {
		list = append(list, k.at(point{week: w}))
	}
	return list
}

// decimal writes a mean with one decimal, as far as it is not whole.
func decimal(f float64) string { return models.OneDecimal(f) }
