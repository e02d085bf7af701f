/** Launch templates in pages, and the filters of their versions; moto has neither. */
import type { Element } from '@xmldom/xmldom';
import { describe, type Listing } from './describe.ts';
import { takeFilters } from './filters.ts';
import { type Operation, Refusal } from './operation.ts';
import { child, text } from './xml.ts';

const pageSizes = { smallest: 1, largest: 200 };

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html */
const templates: Listing = { set: 'launchTemplates', id: 'launchTemplateId', pageSizes };

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html; these filters of many. */
const versions: Listing = {
  set: 'launchTemplateVersionSet',
  id: (item) => `${text(item, 'launchTemplateId')}/${text(item, 'versionNumber').padStart(10, '0')}`,
  pageSizes,
  filters: {
    'image-id': (item) => [inData(item, 'imageId')],
    'instance-type': (item) => [inData(item, 'instanceType')],
    'is-default-version': (item) => [text(item, 'defaultVersion')],
  },
};

function inData(version: Element, name: string): string {
  const data = child(version, 'launchTemplateData');
  return data === undefined ? '' : text(data, name);
}

/** Moto would overlook what it does not know, and show all. */
const describeVersions: Operation = async (call) => {
  const { taken } = takeFilters(call.parameters, Object.keys(versions.filters ?? {}));
  const named = [...call.parameters.keys()].filter((key) => /^Filter\.\d+\.Name$/.test(key));
  if (named.length > taken.length) {
    throw new Refusal('InvalidParameterValue', 'The local AWS does not know one of the filters.');
  }
  return describe(call, versions);
};

export const launchTemplateOperations: Readonly<Record<string, Operation>> = {
  DescribeLaunchTemplates: (call) => describe(call, templates),
  DescribeLaunchTemplateVersions: describeVersions,
};
