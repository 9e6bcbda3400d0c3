using System.Net;

using TusUpload.Pipeline.Storage.Supabase;

namespace TusUpload.UnitTests.Pipeline.Storage;

public sealed class SupabaseErrorTests
{
    [Theory]
    [InlineData("""{"statusCode":"404","error":"not_found","message":"Object not found","code":"NoSuchKey"}""", "missing")]
    [InlineData("""{"statusCode":"404","error":"Bucket not found","message":"Bucket not found","code":"NoSuchBucket"}""", "missing bucket")]
    [InlineData("""{"statusCode":404,"error":"Not Found","message":"Route GET:/x not found"}""", "missing")]
    [InlineData("""{"statusCode":"409","error":"Duplicate","message":"The resource already exists","code":"KeyAlreadyExists"}""", "there")]
    [InlineData("""{"statusCode":"413","error":"Payload too large","message":"too large","code":"EntityTooLarge"}""", "too large")]
    [InlineData("""{"statusCode":"415","error":"invalid_mime_type","message":"mime type text/html is not supported","code":"InvalidMimeType"}""", "type refused")]
    [InlineData("""{"statusCode":"403","error":"Unauthorized","message":"jwt expired","code":"InvalidJWT"}""", "denied")]
    [InlineData("""{"statusCode":"423","error":"Locked","message":"resource locked","code":"ResourceLocked"}""", "may pass")]
    [InlineData("""{"statusCode":"503","error":"x","message":"acquiring lock timeout","code":"LockTimeout"}""", "may pass")]
    public void What_400_means_stands_in_the_body(string body, string meaning) =>
        Assert.Equal(meaning, Meaning(SupabaseStorageException.Read(HttpStatusCode.BadRequest, body)));

    [Theory]
    [InlineData(500, "", "may pass")]
    [InlineData(544, """{"statusCode":"544","code":"DatabaseTimeout"}""", "may pass")]
    [InlineData(429, "slow down", "may pass")]
    [InlineData(413, "<html><title>413 Request Entity Too Large</title></html>", "too large")]
    [InlineData(404, "The file for this url was not found", "missing")]
    [InlineData(410, "gone", "missing")]
    [InlineData(502, "<html>Bad gateway</html>", "may pass")]
    [InlineData(400, "[1]", "")]
    public void Without_a_body_of_the_server_the_status_must_do(int status, string body, string meaning) =>
        Assert.Equal(meaning, Meaning(SupabaseStorageException.Read((HttpStatusCode)status, body)));

    [Fact]
    public void What_the_client_called_the_type_is_not_said_again() => Assert.DoesNotContain(
        "text/secret",
        SupabaseStorageException.Read(
            HttpStatusCode.BadRequest, """{"statusCode":"415","code":"InvalidMimeType","message":"mime type text/secret is not supported"}""").Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_page_of_a_gateway_does_not_fill_the_log() =>
        Assert.InRange(SupabaseStorageException.Read(HttpStatusCode.BadGateway, new string('x', 10_000) + "\n\n").Message.Length, 200, 300);

    private static string Meaning(SupabaseStorageException refusal) => string.Join(
        ", ",
        new[]
        {
            (refusal.IsMissing, "missing"),
            (refusal.IsMissingBucket, "missing bucket"),
            (refusal.IsThere, "there"),
            (refusal.IsTooLarge, "too large"),
            (refusal.IsTypeRefused, "type refused"),
            (refusal.IsDenied, "denied"),
            (refusal.MayPass, "may pass"),
        }.Where(meaning => meaning.Item1).Select(meaning => meaning.Item2));
}
