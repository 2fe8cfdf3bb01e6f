// Renders templates with the engine of Helm, one JSON line in and one out, for the soak of templates.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

// A question is a template and the values that it sees.
type question struct {
	Template string          `json:"template"`
	Values   json.RawMessage `json:"values"`
}

// An answer has an output in base64, or an error. It is unstable where two renders differ.
type answer struct {
	Output   string `json:"output,omitempty"`
	Error    string `json:"error,omitempty"`
	Unstable bool   `json:"unstable,omitempty"`
}

const templateName = "templates/t"

// The zone of the machine lies outside the heap; its address is made to look like one of the heap.
var localAddress = strings.NewReplacer(addresses()...)

func addresses() (pairs []string) {
	local := uint64(uintptr(unsafe.Pointer(time.Local)))
	for _, base := range []int{2, 8, 10, 16} {
		pairs = append(pairs, strconv.FormatUint(local, base), strconv.FormatUint(0xc000000000, base))
	}
	return pairs
}

func main() {
	chartutil.DefaultCapabilities.HelmVersion.Version = "v3.22.0"
	chartutil.DefaultCapabilities.HelmVersion.GoVersion = "go1.26.8"
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	answers := json.NewEncoder(out)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		first := render(asked)
		for range 3 {
			if render(asked) != first {
				first = answer{Unstable: true}
			}
		}
		if err := answers.Encode(first); err != nil {
			panic(err)
		}
		if err := out.Flush(); err != nil {
			panic(err)
		}
	}
}

func render(asked question) (given answer) {
	defer func() {
		if reason := recover(); reason != nil {
			given = answer{Error: fmt.Sprint("panic: ", reason)}
		}
	}()
	var values map[string]any
	if err := json.Unmarshal(asked.Values, &values); err != nil {
		panic(err)
	}
	soaked := &chart.Chart{
		Metadata:  &chart.Metadata{Name: "c", Version: "1.0.0", APIVersion: "v2"},
		Templates: []*chart.File{{Name: templateName, Data: []byte(asked.Template)}},
	}
	release := chartutil.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	// A copy, as in Helm: the default is no part of the heap, and looks like none.
	capabilities := *chartutil.DefaultCapabilities
	top, err := chartutil.ToRenderValues(soaked, values, release, &capabilities)
	if err != nil {
		return answer{Error: err.Error()}
	}
	outputs, err := engine.Render(soaked, top)
	if err != nil {
		return answer{Error: err.Error()}
	}
	output := localAddress.Replace(outputs["c/"+templateName])
	return answer{Output: base64.StdEncoding.EncodeToString([]byte(output))}
}
