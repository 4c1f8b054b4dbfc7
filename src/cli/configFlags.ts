import type { ConfigFiles } from '../config/configFiles.js';
import { UsageError, type FlagReader, type FlagTable } from './flags.js';

/** Which files are the configuration; upstream's names. */
export const CONFIG_FLAGS = {
  'config-path': { kind: 'string', about: 'Path of config.yaml. Required.' },
  'job-config-path': { kind: 'string', about: 'File or folder of job configuration.' },
  'supplemental-prow-config-dir': { kind: 'list', about: 'Folder with more files of Prow configuration; may be given several times.' },
  'supplemental-prow-configs-filename-suffix': { kind: 'string', about: 'End of the names of those files.', default: '_prowconfig.yaml' },
} as const satisfies FlagTable;

/** The files that the flags name. Throws UsageError without `--config-path`. */
export function configFiles(flags: FlagReader): ConfigFiles {
  const configPath = flags.text('config-path');
  if (configPath === undefined || configPath === '') throw new UsageError('--config-path is missing');
  return {
    configPath,
    jobConfigPath: flags.text('job-config-path'),
    supplementalProwConfigDirs: flags.list('supplemental-prow-config-dir'),
    supplementalProwConfigSuffix: flags.text('supplemental-prow-configs-filename-suffix') ?? '_prowconfig.yaml',
  };
}
