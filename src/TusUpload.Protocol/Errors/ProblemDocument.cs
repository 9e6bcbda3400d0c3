using System.Buffers;
using System.Globalization;
using System.Text.Json;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace TusUpload.Protocol.Errors;

/// <summary>Writes a <see cref="TusError"/> as an answer: status, Retry-After and, except to HEAD, an RFC 9457 document.</summary>
public static class ProblemDocument
{
    /// <summary>Answers with the error. Headers that are set already stay. The response must not have started.</summary>
    public static Task WriteAsync(HttpContext http, TusError error) =>
        WriteAsync(http, error, withDocument: !HttpMethods.IsHead(http.Request.Method));

    internal static async Task WriteAsync(HttpContext http, TusError error, bool withDocument)
    {
        var response = http.Response;
        response.StatusCode = error.Status;
        if (error.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (!withDocument)
        {
            return;
        }

        var document = new ArrayBufferWriter<byte>(512);
        Write(document, error);
        response.ContentType = "application/problem+json";
        response.ContentLength = document.WrittenCount;

        // No token: a client that has gone is no error, and writing to it does nothing.
        await response.BodyWriter.WriteAsync(document.WrittenMemory, CancellationToken.None);
    }

    private static void Write(ArrayBufferWriter<byte> document, TusError error)
    {
        using var json = new Utf8JsonWriter(document);
        json.WriteStartObject();
        json.WriteString("type", error.Type ?? "about:blank");
        json.WriteString("title", ReasonPhrases.GetReasonPhrase(error.Status));
        json.WriteNumber("status", error.Status);
        json.WriteString("detail", error.Message);
        json.WriteString("code", error.Code);
        if (error.Details is { } details)
        {
            foreach (var (name, value) in details)
            {
                if (name is not ("type" or "title" or "status" or "detail" or "code"))
                {
                    WriteMember(json, name, value);
                }
            }
        }

        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool truth: json.WriteBoolean(name, truth); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number: json.WriteNumber(name, number); break;
            case Guid id: json.WriteString(name, id); break;
            case DateTimeOffset moment: json.WriteString(name, moment); break;
            default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
