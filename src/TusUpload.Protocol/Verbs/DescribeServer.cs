using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Ietf;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>OPTIONS: what this server can do. tus 1.0.0, core protocol. Preflights are answered by the same verb.</summary>
internal static class DescribeServer
{
    public static void Answer(HttpContext http, ITusStore store, TusOptions options)
    {
        var headers = http.Response.Headers;
        headers[TusHeaders.TusVersion] = TusHeaders.Version;
        headers[TusHeaders.TusExtension] = ListExtensions(store);
        if (store is ITusChecksumStore checksums)
        {
            headers[TusHeaders.ChecksumAlgorithm] = string.Join(',', checksums.ChecksumAlgorithms.Select(algorithm => algorithm.Name));
        }

        if (options.MaxSize is { } largest)
        {
            headers[TusHeaders.TusMaxSize] = SizeHeader.Format(largest);
        }

        ChunkSizes.Show(http, options);
        if (store is ITusCreationStore)
        {
            headers[IetfHeaders.UploadLimit] = UploadLimit.Of(options, store);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>No blanks after the commas: TUSKit takes them for a part of the name.</summary>
    private static string ListExtensions(ITusStore store)
    {
        var extensions = new List<string>();
        if (store is ITusCreationStore)
        {
            extensions.Add("creation");
            extensions.Add("creation-with-upload");
        }

        if (store is ITusCreationStore and ITusDeferredLengthStore)
        {
            extensions.Add("creation-defer-length");
        }

        if (store is ITusTerminationStore)
        {
            extensions.Add("termination");
        }

        if (store is ITusExpirationStore)
        {
            extensions.Add("expiration");
        }

        if (store is ITusCreationStore and ITusConcatenationStore)
        {
            extensions.Add("concatenation");
            extensions.Add("concatenation-unfinished");
        }

        if (store is ITusChecksumStore)
        {
            extensions.Add("checksum");
            extensions.Add("checksum-trailer");
        }

        return string.Join(',', extensions);
    }
}
