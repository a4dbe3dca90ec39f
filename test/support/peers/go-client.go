// Prints the key id that version 2 of the AWS SDK for Go finds. Arguments: the URL of STS, and `sdk` or `terraform`.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Like the SDK of Terraform 1.11.4, which fails if AWS_PROFILE names a missing profile. Version 1.17 ignores it.
func checkProfile(ctx context.Context) error {
	env, err := config.NewEnvConfig()
	if err != nil || os.Getenv("AWS_PROFILE") == "" {
		return err
	}
	_, err = config.LoadSharedConfigProfile(ctx, env.SharedConfigProfile, func(o *config.LoadSharedConfigOptions) {
		if env.SharedCredentialsFile != "" {
			o.CredentialsFiles = []string{env.SharedCredentialsFile}
		}
		if env.SharedConfigFile != "" {
			o.ConfigFiles = []string{env.SharedConfigFile}
		}
	})
	return err
}

func findKeyID(ctx context.Context, sts, client string) (string, error) {
	if client == "terraform" {
		if err := checkProfile(ctx); err != nil {
			return "", err
		}
	}
	resolver := aws.EndpointResolverWithOptionsFunc(
		func(service, region string, options ...interface{}) (aws.Endpoint, error) {
			return aws.Endpoint{URL: sts}, nil
		})
	loaded, err := config.LoadDefaultConfig(ctx, config.WithEndpointResolverWithOptions(resolver))
	if err != nil {
		return "", err
	}
	credentials, err := loaded.Credentials.Retrieve(ctx)
	return credentials.AccessKeyID, err
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	keyID, err := findKeyID(ctx, os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(keyID)
}
