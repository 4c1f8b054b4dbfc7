/** Prow's own objects in the notation of `types.ts`, in the order in which upstream serialises them. */
export const PROW_TYPES = {
  DecorationConfig: `
    timeout grace_period utility_images:UtilityImages resources:UtilityResources gcs_configuration:GcsConfiguration gcs_credentials_secret:string*
    s3_credentials_secret:string* default_service_account_name:string* ssh_key_secrets:[string] ssh_host_fingerprints:[string]
    blobless_fetch:boolean* sparse_checkout_files:[string] skip_cloning:boolean* cookiefile_secret:string* oauth_token_secret:SecretKey
    github_api_endpoints:[string] github_app_id github_app_private_key_secret:SecretKey censor_secrets:boolean* censoring_options:CensoringOptions
    upload_ignores_interrupts:boolean* set_limit_equals_memory_request:boolean* default_memory_request:quantity
    scheduling_options:SchedulingOptions pod_pending_timeout pod_running_timeout pod_unscheduled_timeout run_as_user:number* run_as_group:number* fs_group:number*`,
  UtilityImages: 'clonerefs initupload entrypoint sidecar',
  UtilityResources: 'clonerefs:ResourceRequirements initupload:ResourceRequirements place_entrypoint:ResourceRequirements sidecar:ResourceRequirements',
  GcsConfiguration: 'bucket path_prefix path_strategy default_org default_repo mediaTypes:{string} job_url_prefix local_output_dir compress_file_types:[string]',
  SecretKey: 'name key',
  CensoringOptions: 'censoring_concurrency:number* censoring_buffer_size:number* include_directories:[string] exclude_directories:[string] minimum_secret_length:number*',
  SchedulingOptions: 'affinity:Affinity tolerations:[Toleration]',
  Refs: `
    org:string! repo:string! repo_link base_ref base_sha base_link pulls:[Pull] path_alias workdir:boolean auxiliary:boolean clone_uri
    skip_submodules:boolean clone_depth:number skip_fetch_head:boolean blobless_fetch:boolean* sparse_checkout_files:[string]`,
  Pull: 'number:number! author:string! sha:string! title ref head_ref link commit_link author_link',
  ReporterConfig: 'slack:SlackReporterConfig',
  SlackReporterConfig: 'host channel job_states_to_report:[string] report_template report:boolean*',
  RerunAuthConfig: 'allow_anyone:boolean github_team_ids:[number!] github_team_slugs:[TeamSlug] github_users:[string] github_orgs:[string]',
  TeamSlug: 'slug:string! org:string!',
  ProwJobDefaults: 'resultstore_config:ResultStoreConfig tenant_id',
  ResultStoreConfig: 'project_id',
  JenkinsSpec: 'github_branch_source_job:boolean',
  TektonSpec: 'v1beta1:any',
  Retry: 'run_all:boolean attempts:number interval',
} as const satisfies Readonly<Record<string, string>>;
