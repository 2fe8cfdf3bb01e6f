// Renders a chart again and again in one process, as Helm 3.22 does it, and prints how long each took: what an engine in Go costs
// without the start of a process. `bench CHART WARM-UPS ROUNDS` prints a line of milliseconds for each round.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
)

func main() {
	log.SetOutput(io.Discard)
	warmUps, err := strconv.Atoi(os.Args[2])
	check(err)
	rounds, err := strconv.Atoi(os.Args[3])
	check(err)
	for round := range warmUps + rounds {
		// A render changes its chart, so each has one of its own; what loading left behind is none of its time.
		loaded, err := loader.Load(os.Args[1])
		check(err)
		runtime.GC()
		start := time.Now()
		check(render(loaded))
		took := time.Since(start)
		if round >= warmUps {
			fmt.Println(float64(took.Microseconds()) / 1000)
		}
	}
}

func render(loaded *chart.Chart) error {
	version, err := chartutil.ParseKubeVersion("1.33")
	if err != nil {
		return err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	given := map[string]interface{}{}
	if err := chartutil.ProcessDependenciesWithMerge(loaded, given); err != nil {
		return err
	}
	release := chartutil.ReleaseOptions{Name: "r", Namespace: "default", Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(loaded, given, release, capabilities)
	if err != nil {
		return err
	}
	files, err := engine.Render(loaded, values)
	if err != nil {
		return err
	}
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, capabilities.APIVersions, releaseutil.InstallOrder)
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, crd := range loaded.CRDObjects() {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", crd.Filename, string(crd.File.Data))
	}
	for _, manifest := range manifests {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", manifest.Name, manifest.Content)
	}
	for _, hook := range hooks {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	_, err = io.WriteString(io.Discard, out.String())
	return err
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
