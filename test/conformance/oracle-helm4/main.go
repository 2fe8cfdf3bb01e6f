// Renders charts with the Helm 4 SDK, one JSON line in and one out, for the check of the flavour `helm4`.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/cli/values"
	"helm.sh/helm/v4/pkg/getter"
	release "helm.sh/helm/v4/pkg/release/v1"
)

// A question is a chart and what is said to render it.
type question struct {
	Chart       string   `json:"chart"`
	Release     string   `json:"release"`
	Namespace   string   `json:"namespace"`
	KubeVersion string   `json:"kubeVersion"`
	APIVersions []string `json:"apiVersions"`
	IncludeCRDs bool     `json:"includeCrds"`
	IsUpgrade   bool     `json:"isUpgrade"`
	SkipTests   bool     `json:"skipTests"`
	NoHooks     bool     `json:"noHooks"`
	ValuesFiles []string `json:"valuesFiles"`
	Set         []string `json:"set"`
	SetString   []string `json:"setString"`
	SetJSON     []string `json:"setJson"`
}

// An answer has an output in base64 and the lines (from 1) that another render gave otherwise, or an error.
type answer struct {
	Output    string `json:"output,omitempty"`
	MaskLines []int  `json:"maskLines,omitempty"`
	Error     string `json:"error,omitempty"`
}

// So many renders tell which lines are random.
const renders = 3

func main() {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	out := bufio.NewWriter(os.Stdout)
	answers := json.NewEncoder(out)
	say := func(value any) {
		if err := answers.Encode(value); err != nil {
			panic(err)
		}
		if err := out.Flush(); err != nil {
			panic(err)
		}
	}
	say(map[string]string{"sdk": sdk()})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		say(answerTo(asked))
	}
}

// The name and version of the SDK that this program is built with.
func sdk() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "helm.sh/helm/v4" {
			return module.Path + " " + module.Version
		}
	}
	panic("no Helm SDK in this program")
}

func answerTo(asked question) answer {
	first, err := render(asked)
	if err != nil {
		return answer{Error: err.Error()}
	}
	given := strings.Split(first, "\n")
	var masked []int
	for range renders - 1 {
		again, err := render(asked)
		if err != nil {
			return answer{Error: err.Error()}
		}
		others := strings.Split(again, "\n")
		if len(others) != len(given) {
			return answer{Error: "oracle: two renders differ in their number of lines"}
		}
		for at, line := range others {
			if line != given[at] && !slices.Contains(masked, at+1) {
				masked = append(masked, at+1)
			}
		}
	}
	slices.Sort(masked)
	return answer{Output: base64.StdEncoding.EncodeToString([]byte(first)), MaskLines: masked}
}

// As helm-controller installs, and as `helm template` prints.
func render(asked question) (printed string, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	install := action.NewInstall(action.NewConfiguration())
	install.DryRunStrategy = action.DryRunClient
	install.Replace = true
	install.ReleaseName = asked.Release
	install.Namespace = asked.Namespace
	install.IncludeCRDs = asked.IncludeCRDs
	install.IsUpgrade = asked.IsUpgrade
	install.APIVersions = asked.APIVersions
	if asked.KubeVersion != "" {
		version, err := common.ParseKubeVersion(asked.KubeVersion)
		if err != nil {
			return "", fmt.Errorf("invalid kube version '%s': %w", asked.KubeVersion, err)
		}
		install.KubeVersion = version
	}
	options := values.Options{
		ValueFiles:   asked.ValuesFiles,
		Values:       asked.Set,
		StringValues: asked.SetString,
		JSONValues:   asked.SetJSON,
	}
	given, err := options.MergeValues(getter.Providers{})
	if err != nil {
		return "", err
	}
	chart, err := loader.Load(asked.Chart)
	if err != nil {
		return "", err
	}
	if chart.Metadata.Type != "" && chart.Metadata.Type != "application" {
		return "", fmt.Errorf("%s charts are not installable", chart.Metadata.Type)
	}
	installed, err := install.Run(chart, given)
	if err != nil {
		return "", err
	}
	return print(installed.(*release.Release), asked), nil
}

func print(installed *release.Release, asked question) string {
	var out strings.Builder
	fmt.Fprintln(&out, strings.TrimSpace(installed.Manifest))
	if asked.NoHooks {
		return out.String()
	}
	for _, hook := range installed.Hooks {
		if asked.SkipTests && slices.Contains(hook.Events, release.HookTest) {
			continue
		}
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	return out.String()
}
