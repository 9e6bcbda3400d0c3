using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Pipeline.Storage;
using TusUpload.Protocol;
using TusUpload.Server.Api.Downloads;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>POST /files/{id}/signed-url: an address at which whoever has it downloads the file, from the object store itself where that gives any.</summary>
internal static class SignUrl
{
    private const int Default = 3600;
    private const int Longest = 7 * 24 * 3600;

    public static async Task<IResult> HandleAsync(
        Guid id, Body? body, Caller caller, TusUploadDb db, Signing signing, CancellationToken cancellationToken)
    {
        if (body?.ExpiresIn is < 1 or > Longest)
        {
            return ApiError.InvalidExpiresIn;
        }

        return await db.FindFileAsync(id, caller, cancellationToken) switch
        {
            null => ApiError.FileNotFound,
            { ProcessingStatus: FileStatus.Rejected } => ApiError.FileRejected,
            { ProcessingStatus: FileStatus.Ready } file when !await db.IsPublishedAsync(file, cancellationToken) => ApiError.FileNotPublished,
            { ProcessingStatus: FileStatus.Ready } file => TypedResults.Ok(
                await signing.SignAsync(file, TimeSpan.FromSeconds(body?.ExpiresIn ?? Default), cancellationToken)),
            _ => ApiError.FileNotReady,
        };
    }

    /// <param name="ExpiresIn">Seconds, 1 to 604800 (7 days); default 3600.</param>
    internal sealed record Body(int? ExpiresIn);

    /// <param name="Url">Absolute.</param>
    internal sealed record SignedUrl(string Url, DateTimeOffset ExpiresAt);

    /// <summary>Who signs, and under which address.</summary>
    internal sealed class Signing(
        IObjectStorage storage, DownloadLinks links, IOptions<StorageOptions> options, IOptions<TusOptions> tus, IHttpContextAccessor http, TimeProvider time)
    {
        public async Task<SignedUrl> SignAsync(FileView file, TimeSpan validity, CancellationToken cancellationToken)
        {
            var expiresAt = time.GetUtcNow() + validity;
            var link = new ObjectLink(file.StoragePath!, file.FileName, SafeContentType.Of(file.ContentType), validity);
            var url = options.Value.SignedUrls == StorageOptions.OfStore ? await storage.SignAsync(link, cancellationToken) : null;
            return new(url?.AbsoluteUri ?? $"{OwnAddress.Of(http.HttpContext!.Request, tus.Value)}{ApiSetup.Root}/v1{DownloadRoutes.Root}/{links.Sign(file.Id, expiresAt)}", expiresAt);
        }
    }
}
