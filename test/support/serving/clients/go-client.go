// A program with one STS client of version 2 of the AWS SDK for Go. For each line on stdin, the program sends a signed
// request, and writes the result as a line of JSON: the error, or null. It exits at the end of stdin.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func sendRequest(client *sts.Client) interface{} {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if _, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err != nil {
		return err.Error()
	}
	return nil
}

func main() {
	resolver := aws.EndpointResolverWithOptionsFunc(
		func(service, region string, options ...interface{}) (aws.Endpoint, error) {
			return aws.Endpoint{URL: os.Getenv("SERVICE_URL"), SigningRegion: region}, nil
		})
	loaded, err := config.LoadDefaultConfig(context.Background(), config.WithEndpointResolverWithOptions(resolver))
	if err != nil {
		panic(err)
	}
	client := sts.NewFromConfig(loaded, func(options *sts.Options) { options.Retryer = aws.NopRetryer{} })
	output := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		output.Encode(map[string]interface{}{"error": sendRequest(client)})
	}
}
