// Builds the folders named on stdin ("FOLDER<tab>RESTRICTION") in this process and prints the median of each, ms.
package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const warmUps, rounds = 2, 7

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		folder, restriction, _ := strings.Cut(lines.Text(), "\t")
		times := []float64{}
		for round := 0; round < warmUps+rounds; round++ {
			took, err := build(folder, restriction)
			if err != nil {
				fmt.Fprintln(os.Stderr, folder, err)
				os.Exit(1)
			}
			if round >= warmUps {
				times = append(times, took)
			}
		}
		slices.Sort(times)
		fmt.Println(times[len(times)/2])
	}
}

func build(folder, restriction string) (float64, error) {
	options := krusty.MakeDefaultOptions()
	options.PluginConfig = types.DisabledPluginConfig()
	if restriction == "none" {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	start := time.Now()
	objects, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return 0, err
	}
	if _, err := objects.AsYaml(); err != nil {
		return 0, err
	}
	return float64(time.Since(start).Microseconds()) / 1000, nil
}
