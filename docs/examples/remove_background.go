// Sends images to a server, shows the progress, and saves the cutouts into a folder. Standard library only.
//
//	go run remove_background.go http://127.0.0.1:5000 cutouts a.jpg b.jpg
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Job holds what is needed of GET /queue/job/{id}.
type Job struct {
	Status   string
	Progress struct{ Total, Processed, Failed int }
	Results  []struct {
		Filename string
		URL      *string
		Error    *struct{ Code, Message string }
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 4 {
		log.Fatal("usage: remove_background <server> <folder> <image> ...")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		log.Fatal(err)
	}
}

func run(server, folder string, paths []string) error {
	id, err := submit(server, paths)
	if err != nil {
		return err
	}
	job, err := wait(server, id)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, result := range job.Results {
		if result.URL == nil {
			log.Printf("%s: %s", result.Filename, result.Error.Message)
			continue
		}
		base := filepath.Base(result.Filename)
		name := strings.TrimSuffix(base, filepath.Ext(base)) + ".png"
		if err := save(server+*result.URL, filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

func submit(server string, paths []string) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, path := range paths {
		part, err := form.CreateFormFile("images", filepath.Base(path))
		if err != nil {
			return "", err
		}
		image, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		part.Write(image)
	}
	form.Close()
	answer, err := check(http.Post(server+"/queue/submit", form.FormDataContentType(), &body))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var accepted struct {
		ID string `json:"job_id"`
	}
	return accepted.ID, json.NewDecoder(answer.Body).Decode(&accepted)
}

// wait follows the job's events until it is over.
func wait(server, id string) (job Job, err error) {
	stream, err := check(http.Get(server + "/queue/job/" + id + "/events"))
	if err != nil {
		return job, err
	}
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	// An event of a job with many images is one long line.
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		data, found := strings.CutPrefix(lines.Text(), "data:")
		if !found {
			continue
		}
		job = Job{}
		if err := json.Unmarshal([]byte(data), &job); err != nil {
			return job, err
		}
		fmt.Printf("%s: %d of %d\n", job.Status, job.Progress.Processed, job.Progress.Total)
	}
	return job, lines.Err()
}

func save(url, path string) error {
	answer, err := check(http.Get(url))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(file, answer.Body)
	return err
}

// check turns a problem document into an error.
func check(answer *http.Response, err error) (*http.Response, error) {
	if err != nil || answer.StatusCode < 400 {
		return answer, err
	}
	defer answer.Body.Close()
	var problem struct{ Code, Detail string }
	if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
		return nil, fmt.Errorf("the server answered %s", answer.Status)
	}
	return nil, fmt.Errorf("%s (%s)", problem.Detail, problem.Code)
}
