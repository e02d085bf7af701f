declare module 'aws2' {
  interface Request {
    method: string;
    host: string;
    path: string;
    body: string;
    headers: Record<string, string>;
  }
  const aws2: {
    sign(
      request: Request,
      credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
    ): Request;
  };
  export default aws2;
}
